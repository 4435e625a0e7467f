"""What each rule's alert is called in Alertmanager, and where its list is.

The name is that of its runbook (`docs/runbooks/<name>.md`). These are alerts about one case each; those that page,
by agency, come from Prometheus' own rules.
"""

from agents.rules import rule
from streams.alerts import SubjectKind

ALERT_NAMES = {
    "processing-deadline": "TthcDossierOverdue",
    "acceptance": "TthcDossierAcceptanceOverdue",
    "step-deadline": "TthcDossierStepOverdue",
    "due-soon": "TthcDossierDueSoon",
    "apology": "TthcDossierApologyMissing",
    "second-extension": "TthcDossierSecondExtension",
    "sync-missing": "TthcDossierUnsynced",
    "sync-diverged": "TthcDossierDiverged",
    "petition-refusal": "TthcPetitionRefusalOverdue",
    "petition-ask-back": "TthcPetitionAskBackOverdue",
    "petition-processing": "TthcPetitionOverdue",
    "petition-publication": "TthcPetitionPublicationOverdue",
    "procedure-announcement": "TthcProcedureAnnouncementOverdue",
    "procedure-publication": "TthcProcedurePublicationOverdue",
}

NOUNS = {
    SubjectKind.DOSSIER: "hồ sơ",
    SubjectKind.PROCEDURE: "thủ tục hành chính",
    SubjectKind.PETITION: "phản ánh, kiến nghị",
}

_DASHBOARDS = {
    "processing-deadline": "dunghan-overdue",
    "sync-missing": "dunghan-sync",
    "sync-diverged": "dunghan-sync",
    "procedure-announcement": "dunghan-bottlenecks",
    "procedure-publication": "dunghan-bottlenecks",
}
_DASHBOARD = "dunghan-agency"


def alert_name(rule_id: str) -> str:
    """Return the name of a rule's alert; one that only a newer worker knows is named by its id."""
    return ALERT_NAMES.get(rule_id) or "Tthc" + rule_id.title().replace("-", "")


def title(rule_id: str) -> str:
    """Return what is wrong, in Vietnamese, as it stands within a sentence."""
    try:
        text = rule(rule_id).title
    except KeyError:
        return rule_id
    return text[:1].lower() + text[1:]


def dashboard_path(rule_id: str, agency: str) -> str:
    """Return where in Grafana the agency's list is."""
    return f"/d/{_DASHBOARDS.get(rule_id, _DASHBOARD)}?var-agency={agency}"
