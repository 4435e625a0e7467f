"""The named counts (số đếm) of which indicators are made: what is counted, of what, and on which day it falls.

The worker counts them by agency and window (`tthc_indicator_counts`); `index.yaml` makes indicators of them. To count
something new is code in `agents/`; to make an indicator of what is counted already is a change of `index.yaml` alone.
"""

from enum import StrEnum
from typing import NamedTuple


class Subject(StrEnum):
    """What is counted."""

    DOSSIER = "hồ sơ"
    PROCEDURE = "thủ tục hành chính"  # by the agency that issues it; a use by any agency counts
    PETITION = "phản ánh, kiến nghị"
    AGENCY = "cơ quan"  # counted by the recording rules, from `agencies` in index.yaml


class Basis(StrEnum):
    """The day, by local date, on which one of them falls: a window holds it if it holds the day."""

    RECEIVED = "ngày tiếp nhận"
    PERIOD = "ngày tiếp nhận hoặc kết thúc, tính ngày sau"
    ANNOUNCED = "ngày công bố"
    PUBLISHED = "ngày công khai"
    SETTLED = "ngày công khai, hoặc ngày hết hạn công khai nếu đến trước"
    USED = "ngày gần nhất được dùng"
    STOCK = "mọi kỳ: đang có hiệu lực"


class Count(NamedTuple):
    """One named count."""

    name: str
    subject: Subject
    basis: Basis
    definition: str


_D, _T, _P, _A = Subject.DOSSIER, Subject.PROCEDURE, Subject.PETITION, Subject.AGENCY

_ALL = (
    Count("dossiers", _D, Basis.PERIOD, "hồ sơ đã tiếp nhận (không kể bị từ chối, rút, dừng trước tiếp nhận)"),
    Count("dossiers_on_time", _D, Basis.PERIOD, "trong đó: kết thúc đúng hạn, hoặc đang giải quyết và còn trong hạn"),
    Count("dossiers_late", _D, Basis.PERIOD, "trong đó: kết thúc quá hạn, hoặc đang giải quyết và đã quá hạn"),
    Count("dossiers_with_fee", _D, Basis.PERIOD, "trong đó: phải nộp phí, lệ phí"),
    Count("dossiers_paid_online", _D, Basis.PERIOD, "của dossiers_with_fee: đã thanh toán trực tuyến (mã 1, 2)"),
    Count("dossiers_result_required", _D, Basis.PERIOD, "của dossiers: phải trả kết quả (trừ khi nguồn báo không)"),
    Count("dossiers_with_result_file", _D, Basis.PERIOD, "của dossiers_result_required: có tệp kết quả điện tử"),
    Count("dossiers_digitised", _D, Basis.PERIOD, "của dossiers: có thành phần số hóa và tệp kết quả điện tử"),
    Count("dossiers_reused", _D, Basis.PERIOD, "của dossiers: ít nhất một thành phần dùng lại dữ liệu đã số hóa"),
    Count("dossiers_from_personal_store", _D, Basis.PERIOD, "của dossiers: ít nhất một thành phần lấy từ kho cá nhân"),
    Count("dossiers_population_data", _D, Basis.PERIOD, "của dossiers: dùng dữ liệu dân cư"),
    Count("dossiers_disliked_or_petitioned", _D, Basis.PERIOD, "của dossiers: không hài lòng hoặc có phản ánh"),
    Count("dossiers_received", _D, Basis.RECEIVED, "hồ sơ thực tế tiếp nhận"),
    Count("dossiers_known_to_portal", _D, Basis.RECEIVED, "trong đó: Cổng Dịch vụ công quốc gia đã xác nhận"),
    Count("dossiers_online", _D, Basis.RECEIVED, "của dossiers_received: nộp trực tuyến"),
    Count("dossiers_full_online", _D, Basis.RECEIVED, "của dossiers_online: dịch vụ công toàn trình"),
    Count("dossiers_demanded_in_person", _D, Basis.RECEIVED, "của dossiers_full_online: vẫn đòi có mặt hoặc nộp giấy"),
    Count("dossiers_demanded_again", _D, Basis.PERIOD, "của dossiers: đòi lại giấy tờ đã có trong kho"),
    Count("dossiers_cash_though_payable", _D, Basis.PERIOD, "của dossiers_with_fee: trả trực tuyến được mà không trả"),
    Count("procedures", _T, Basis.STOCK, "thủ tục hành chính đang có hiệu lực"),
    Count("procedures_offered_online", _T, Basis.STOCK, "trong đó: cung cấp trực tuyến (một phần hoặc toàn trình)"),
    Count("procedures_with_fee", _T, Basis.STOCK, "của procedures: có phí, lệ phí"),
    Count("procedures_payable_online", _T, Basis.STOCK, "của procedures_with_fee: cho thanh toán trực tuyến"),
    Count("procedures_for_citizens", _T, Basis.STOCK, "của procedures: dành cho công dân"),
    Count("procedures_online_used", _T, Basis.USED, "của procedures_offered_online: có hồ sơ nộp trực tuyến"),
    Count("procedures_paid_online", _T, Basis.USED, "của procedures_with_fee: có hồ sơ thanh toán trực tuyến"),
    Count("procedures_population_data", _T, Basis.USED, "của procedures_for_citizens: có hồ sơ dùng dữ liệu dân cư"),
    Count("procedures_announced", _T, Basis.ANNOUNCED, "thủ tục hành chính được công bố"),
    Count("procedures_announced_on_time", _T, Basis.ANNOUNCED, "trong đó: đúng hạn công bố"),
    Count("procedures_published", _T, Basis.PUBLISHED, "thủ tục hành chính được công khai"),
    Count("procedures_content_full", _T, Basis.PUBLISHED, "trong đó: đủ các bộ phận tạo thành (không thiếu phần nào)"),
    Count("procedures_to_publish", _T, Basis.SETTLED, "thủ tục hành chính đã công khai hoặc đã hết hạn công khai"),
    Count("procedures_published_on_time", _T, Basis.SETTLED, "trong đó: công khai đúng hạn"),
    Count("procedures_listed_national_only", _T, Basis.STOCK, "của procedures: chỉ có trên Cổng quốc gia"),
    Count("procedures_listed_provincial_only", _T, Basis.STOCK, "của procedures: chỉ có trên Cổng của tỉnh"),
    Count("petitions", _P, Basis.RECEIVED, "phản ánh, kiến nghị tiếp nhận"),
    Count("petitions_overdue", _P, Basis.RECEIVED, "trong đó: trả lời quá hạn, hoặc chưa trả lời và đã quá hạn"),
    Count("petitions_disliked", _P, Basis.RECEIVED, "của petitions: người dân không hài lòng với trả lời"),
    Count("petitions_repeated", _P, Basis.RECEIVED, "của petitions: phản ánh lại việc đã phản ánh"),
    Count("agencies", _A, Basis.STOCK, "cơ quan có số liệu"),
    Count("communes", _A, Basis.STOCK, "trong đó: xã, phường"),
    Count("communes_certified_copy", _A, Basis.STOCK, "của communes: cung cấp chứng thực bản sao điện tử"),
)

COUNTS = {count.name: count for count in _ALL}
AGENCIES, COMMUNES, CERTIFIED_COPY = "agencies", "communes", "communes_certified_copy"
