/** What all panels share: the theme, the time zone of those who read them. */
import { createTheme } from '@grafana/data';

export const timeZone = 'Asia/Ho_Chi_Minh';
const mode = new URLSearchParams(location.search).get('theme') === 'light' ? 'light' : 'dark';
export const theme = createTheme({ colors: { mode }, name: mode });
