"""Vietnamese words for the codes that are in labels; a code without words shows itself."""

from agents.dossiers.rules.sync_diverged import Kind
from agents.dossiers.standing import State, Violation, age_class
from agents.petitions.adds import Violation as PetitionViolation
from agents.procedures.adds import Violation as ProcedureViolation
from alerts.board.render import STATE_TITLES
from config.bottlenecks import Bottleneck
from config.index import Level
from config.policy import Policy

STATES = {str(state): STATE_TITLES[state] for state in State}
LEVELS = {str(Level.DEPARTMENT): "sở", str(Level.COMMUNE): "xã"}
SEVERITIES = {"info": "thông tin", "warning": "cảnh báo", "critical": "nghiêm trọng", "violation": "vi phạm"}
YES_NO = {"0": "không", "1": "có"}

VIOLATIONS = {
    str(Violation.ACCEPTANCE_OVERDUE): "chờ tiếp nhận quá 8 giờ làm việc",
    str(Violation.STEP_OVERDUE): "bước xử lý quá hạn",
    str(Violation.APOLOGY_MISSING): "chưa có văn bản xin lỗi",
    str(Violation.APOLOGY_LATE): "xin lỗi chậm",
    str(Violation.SECOND_EXTENSION): "hẹn lại quá một lần",
}
PROCEDURE_VIOLATIONS = {
    str(ProcedureViolation.ANNOUNCEMENT_LATE): "công bố chậm",
    str(ProcedureViolation.ANNOUNCEMENT_MISSING): "chưa công bố",
    str(ProcedureViolation.PUBLICATION_LATE): "công khai chậm",
    str(ProcedureViolation.PUBLICATION_MISSING): "chưa công khai",
    str(ProcedureViolation.PARTS_MISSING): "thiếu nội dung công khai",
    str(ProcedureViolation.LISTED_NATIONAL_ONLY): "chỉ có trên Cổng quốc gia",
    str(ProcedureViolation.LISTED_PROVINCIAL_ONLY): "chỉ có trên cổng tỉnh",
}
PETITION_VIOLATIONS = {
    str(PetitionViolation.REFUSAL_LATE): "từ chối chậm",
    str(PetitionViolation.ASK_BACK_LATE): "yêu cầu bổ sung chậm",
    str(PetitionViolation.PROCESSING_LATE): "xử lý chậm",
    str(PetitionViolation.PROCESSING_MISSING): "quá hạn chưa xử lý",
    str(PetitionViolation.PUBLICATION_LATE): "công khai trả lời chậm",
    str(PetitionViolation.PUBLICATION_MISSING): "chưa công khai trả lời",
}
EVERY_VIOLATION = VIOLATIONS | PROCEDURE_VIOLATIONS | PETITION_VIOLATIONS

DIVERGED = {
    str(Kind.STATUS_AHEAD): "Cổng đi trước: đã báo trạng thái mà đơn vị chưa có",
    str(Kind.STATUS_BEHIND): "Cổng đi sau: còn ở trạng thái cũ",
    str(Kind.FINISHED_AT): "ngày xử lý xong khác nhau",
    str(Kind.DUE_AT): "ngày hẹn trả khác nhau",
    str(Kind.MISSING_STEP): "thiếu một bước",
}

ALERTS = {
    "TthcAcceptanceOverdue": "Chờ tiếp nhận quá 8 giờ làm việc",
    "TthcAgencySilent": "Đơn vị không dùng hệ thống",
    "TthcApologyMissing": "Chưa có văn bản xin lỗi",
    "TthcBottleneckInPerson": "Điểm nghẽn: «toàn trình» mà phải đến",
    "TthcBottleneckLatePublication": "Điểm nghẽn: công bố, công khai chậm",
    "TthcBottleneckMismatch": "Điểm nghẽn: số liệu lệch nhau",
    "TthcBottleneckOnlinePayment": "Điểm nghẽn: thanh toán trực tuyến",
    "TthcBottleneckOverdue": "Điểm nghẽn: quá hạn, thiếu xin lỗi",
    "TthcBottleneckReuse": "Điểm nghẽn: không dùng lại dữ liệu",
    "TthcCalendarExpires": "Lịch làm việc sắp hết",
    "TthcDeadLetters": "Bản ghi bị loại",
    "TthcDossiersDueSoon": "Hồ sơ sắp đến hạn",
    "TthcDossiersOverdue": "Hồ sơ quá hạn",
    "TthcGroupScoreFalling": "Điểm của một nhóm giảm",
    "TthcPetitionsOverdue": "Phản ánh, kiến nghị quá hạn",
    "TthcPipelineBehind": "Hệ thống chậm hơn sự kiện",
    "TthcPipelineStalled": "Hệ thống đứng",
    "TthcSecondExtension": "Hẹn lại quá một lần",
    "TthcSinkFailing": "Bên nhận cảnh báo lỗi",
    "TthcSourceStale": "Nguồn sự kiện im lặng",
    "TthcStepsOverdue": "Bước xử lý quá hạn",
    "TthcSyncDiverged": "Cổng quốc gia ghi khác",
    "TthcSyncMissing": "Chưa đồng bộ lên Cổng quốc gia",
    "TthcViewFailing": "Không ghi được vào Redis",
}

BOTTLENECKS: dict[str, str] = {
    Bottleneck.LATE_PUBLICATION: "Công bố, công khai thủ tục chậm",
    Bottleneck.MISMATCH: "Số liệu hai cổng lệch nhau, lệch với thực tế",
    Bottleneck.OVERDUE: "Tỷ lệ quá hạn cao, thiếu xin lỗi",
    Bottleneck.ONLINE_PAYMENT: "Khó thanh toán trực tuyến",
    Bottleneck.REUSE: "Dữ liệu số hóa không dùng lại",
    Bottleneck.IN_PERSON: "«Toàn trình» mà vẫn phải đến",
}
MEASURES = {
    "announcement_missing": "Thủ tục quá hạn chưa công bố",
    "publication_missing": "Thủ tục quá hạn chưa công khai",
    "announced_late": "Thủ tục công bố chậm (30 ngày)",
    "published_late": "Thủ tục công khai chậm (30 ngày)",
    "parts_missing": "Thủ tục thiếu nội dung công khai",
    "listed_on_one_portal": "Thủ tục chỉ có trên một cổng",
    "unknown_to_portal": "Hồ sơ Cổng quốc gia không biết (30 ngày)",
    "unsynced": "Hồ sơ chậm đồng bộ nghiêm trọng",
    "diverged": "Hồ sơ khác trạng thái, khác ngày trên Cổng",
    "missing_from_stream": "Hồ sơ đơn vị báo nhận mà không thấy (30 ngày)",
    "agencies_silent": "Đơn vị không dùng hệ thống",
    "late": "Hồ sơ quá hạn (30 ngày)",
    "overdue_open": "Hồ sơ đang giải quyết đã quá hạn",
    "apology_missing": "Hồ sơ quá hạn chưa xin lỗi",
    "payable_online": "Thủ tục có phí cho thanh toán trực tuyến",
    "paid_online": "Hồ sơ có phí đã thanh toán trực tuyến (30 ngày)",
    "cash_though_payable": "Hồ sơ trả tiền mặt dù trả trực tuyến được (30 ngày)",
    "reused": "Hồ sơ dùng lại dữ liệu số hóa (30 ngày)",
    "demanded_again": "Hồ sơ bị đòi lại giấy tờ đã có (30 ngày)",
    "demanded_in_person": "Hồ sơ toàn trình bị đòi có mặt, nộp giấy (30 ngày)",
    "filed_online": "Hồ sơ nộp trực tuyến (30 ngày)",
}

_UNITS = {"wd": "ngày làm việc", "wh": "giờ làm việc", "d": "ngày", "h": "giờ", "m": "phút", "s": "giây"}


def ages(policy: Policy) -> dict[str, str]:
    """Return the age classes of overdue dossiers, from the youngest, in words."""
    bounds = policy.overdue_ages
    within, beyond = [age_class(bound, bounds[-1]) for bound in bounds], age_class(None, bounds[-1])
    return {name: f"đến {_span(name.removeprefix('le_'))}" for name in within} | {
        beyond: f"trên {_span(beyond.removeprefix('gt_'))}"
    }


def rungs(policy: Policy) -> dict[str, str]:
    """Return the rungs before a deadline, from the first, in words."""
    return {
        rung.name: f"đã qua {rung.name} thời hạn" if rung.left is None else f"còn ≤ {_span(rung.name)}"
        for rung in policy.due_soon
    }


def _span(text: str) -> str:
    for unit, words in _UNITS.items():
        if text.endswith(unit):
            return f"{text.removesuffix(unit)} {words}"
    return text
