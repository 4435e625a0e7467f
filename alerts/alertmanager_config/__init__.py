"""What of Alertmanager's configuration follows from the working calendar: when an agency may be told of anything.

- `time_intervals`: office hours, days worked in exchange and days off, in Alertmanager's own terms.
- `sections`: the parts of `config/alertmanager/alertmanager.yml` that are generated; the rest is the operator's.
"""
