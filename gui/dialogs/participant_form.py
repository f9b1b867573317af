"""The form of an AI participant: what it is, what it runs on, when it answers (S35, S39, S40)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.state.details import Provider, Providers
from gui.state.objects import Ai
from gui.theme.palette import Theme
from gui.widgets.counter import add_counted
from gui.widgets.long_edit import LongEdit
from gui.widgets.switch import Choice, Switch
from gui.widgets.words import words
from gui.wording import number

MAX_NAME = 64
MAX_MODEL = 200
MAX_PERSONA = 2_000
MAX_PROMPT = 8_000
MAX_HOURLY = 10_000
POLICIES = ("every", "mentioned", "addressed", "never")


def policy_words(policy: str) -> str:
    """Return when an AI answers."""
    return {
        "every": _tr("answers every message"),
        "mentioned": _tr("answers when mentioned with @"),
        "addressed": _tr("answers when addressed by name"),
        "never": _tr("never answers"),
    }.get(policy, policy)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Participants", text)


class ParticipantForm(QWidget):
    """The fields, filled with what an AI is set to, or with what is usual for a new one.

    Signals:
        provider_chosen: another provider is chosen, or others can be.
    """

    provider_chosen = Signal()

    def __init__(self, theme: Theme, ai: Ai | None, taken: Sequence[str], parent: QWidget | None = None) -> None:
        """Show `ai`, or a new one beside those whose names are `taken`."""
        super().__init__(parent)
        self._ai = ai
        self._here = ai is None or ai.here
        self._providers = Providers()
        self._form = QVBoxLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setSpacing(8)
        self._make_fields(theme)
        self._fill(ai, taken)
        self.provider.currentTextChanged.connect(lambda *_: self._provider_chosen())

    def _make_fields(self, theme: Theme) -> None:
        self.name = QLineEdit()
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(self.tr("For example: Assistant"))
        self._field(self.tr("Name"), self.name)
        self.provider = Choice(theme)
        self.provider.setEditable(not self._here)
        self._field(self.tr("Provider"), self.provider)
        self.why_not = words(self.tr("Finding out what can be used…"), role="small")
        self._form.addWidget(self.why_not)
        self.model = Choice(theme)
        self.model.setEditable(True)
        self.model_text = QLineEdit()
        self.model_text.setMaxLength(MAX_MODEL)
        self.model_text.setFrame(False)
        self.model.setLineEdit(self.model_text)
        self._field(self.tr("Model"), self.model)
        self.policy = Choice(theme)
        for policy in POLICIES:
            words_of = policy_words(policy)
            self.policy.addItem(words_of[0].upper() + words_of[1:], policy)
        self._field(self.tr("When it answers"), self.policy)
        self.persona = LongEdit(2)
        self.persona.setPlaceholderText(self.tr("Who it is to be, for example: a patient gardener (optional)"))
        self._long(self.tr("Persona"), self.persona, MAX_PERSONA)
        self.prompt = LongEdit(3)
        self.prompt.setPlaceholderText(self.tr("What it is told before everything else; empty for the usual"))
        self._long(self.tr("Instructions"), self.prompt, MAX_PROMPT)
        self.temperature = QDoubleSpinBox()
        self.temperature.setRange(0.0, 2.0)
        self.temperature.setSingleStep(0.1)
        self.temperature.setDecimals(2)
        self._field(self.tr("Temperature, from 0 (sober) to 2 (wild)"), self.temperature)
        self.hourly = QSpinBox()
        self.hourly.setRange(0, MAX_HOURLY)
        self.hourly.setSpecialValueText(self.tr("As many as its host allows"))
        self._field(self.tr("Answers within an hour at most"), self.hourly)
        self.constrained = Choice(theme)
        for label, value in (
            (self.tr("Where the answer gains by it"), "auto"),
            (self.tr("Always"), "always"),
            (self.tr("Never"), "never"),
        ):
            self.constrained.addItem(label, value)
        self._field(self.tr("Answers in a fixed form (JSON schema)"), self.constrained)
        self.second_opinion = Switch(self.tr("Second opinion"), theme)
        self._form.addSpacing(6)
        self._form.addWidget(self.second_opinion)
        about = self.tr("The model itself is asked what kind of answer is wanted where the rules are not sure.")
        self.second_opinion.setAccessibleDescription(about)
        self._form.addWidget(words(about, role="small"))

    def _field(self, label: str, field: QWidget) -> None:
        text = words(label, role="label")
        text.setBuddy(field)
        field.setAccessibleName(label)
        if self._form.count():
            self._form.addSpacing(6)
        if isinstance(field, Choice):
            field.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(8)
        self._form.addWidget(text)
        self._form.addWidget(field)

    def _long(self, label: str, field: LongEdit, most: int) -> None:
        self._form.addSpacing(6)
        add_counted(self._form, label, field, most)

    def _fill(self, ai: Ai | None, taken: Sequence[str]) -> None:
        if ai is None:
            self.name.setText("" if "assistant" in {name.casefold() for name in taken} else self.tr("Assistant"))
            self.temperature.setValue(0.7)
            self.policy.setCurrentIndex(self.policy.findData("addressed"))
            return
        self.name.setText(ai.name)
        self.provider.addItem(ai.provider, ai.provider)
        self.provider.setCurrentText(ai.provider)
        self.model.setEditText(ai.model)
        self.policy.setCurrentIndex(max(0, self.policy.findData(ai.policy)))
        self.persona.setPlainText(ai.persona)
        self.prompt.setPlainText(ai.system_prompt)
        self.temperature.setValue(ai.temperature)
        self.hourly.setValue(ai.hourly)
        self.constrained.setCurrentIndex(max(0, self.constrained.findData(ai.constrained)))
        self.second_opinion.setChecked(ai.second_opinion)

    # --- providers ---------------------------------------------------------------------------------------------------

    def lack(self, reason: str) -> None:
        """Say why it is not known what there is."""
        self.why_not.setText(reason)
        self.why_not.show()

    def offer(self, found: Providers) -> None:
        """Offer the providers; those that cannot be used are there and cannot be chosen."""
        model, wanted = self.model.currentText(), self._ai.provider if self._ai is not None else found.default
        if not found.all:
            self.why_not.hide()
            return
        self._providers = found
        self.provider.blockSignals(True)
        self.provider.setEditable(False)
        self.provider.clear()
        for one in found.all:
            label = one.name if one.available else self.tr("{provider} (not available)").format(provider=one.name)
            self.provider.addItem(label, one.name)
            at = self.provider.count() - 1
            items = self.provider.model()
            if not one.available and isinstance(items, QStandardItemModel):
                items.item(at).setEnabled(one.name == wanted)
                self.provider.setItemData(at, one.reason, Qt.ItemDataRole.AccessibleDescriptionRole)
        self.provider.setCurrentIndex(self.provider.findData(wanted) if wanted else -1)
        self.provider.blockSignals(False)
        self._provider_chosen()
        if self._ai is not None:
            self.model.setEditText(model)

    def _chosen(self) -> Provider | None:
        return self._providers.get(str(self.provider.currentData() or ""))

    def _provider_chosen(self) -> None:
        """Offer the models of the provider."""
        chosen = self._chosen()
        if chosen is not None:
            self.model.clear()
            self.model.addItems(chosen.models)
            usual = self.tr("{model} (usual)").format(model=chosen.default_model) if chosen.default_model else ""
            self.model_text.setPlaceholderText(usual)
            self.model.setCurrentIndex(-1)
            self.model.setEditText("")
        missing = [one for one in self._providers.all if not one.available]
        self.why_not.setText("\n".join(f"{one.name}: {one.reason}" for one in missing))
        self.why_not.setVisible(bool(missing))
        self.provider_chosen.emit()

    # --- what is written ---------------------------------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        """Return what is written in the form, as the node takes it."""
        named = self.provider.isEditable()  # what there is at the host could not be asked
        provider = self.provider.currentText().strip() if named else self.provider.currentData()
        return {
            "name": self.name.text().strip(),
            "provider": str(provider or ""),
            "model": self.model.currentText().strip(),
            "policy": str(self.policy.currentData()),
            "persona": self.persona.toPlainText().strip(),
            "system_prompt": self.prompt.toPlainText().strip(),
            "temperature": round(self.temperature.value(), 2),
            "hourly": self.hourly.value(),
            "constrained": str(self.constrained.currentData()),
            "second_opinion": self.second_opinion.isChecked(),
        }

    def problem(self) -> str:
        """Return what is missing or too long; empty where nothing is."""
        settings = self.settings()
        if not settings["name"]:
            self.name.setFocus()
            return self.tr("Give the AI a name.")
        if not settings["provider"]:
            self.provider.setFocus()
            return self.tr("Choose a provider. If none is available, the lines below it say what is missing.")
        for key, most in (("persona", MAX_PERSONA), ("system_prompt", MAX_PROMPT)):
            over = len(settings[key]) - most
            if over > 0:
                return self.tr("That text is {count} characters too long.").format(count=number(over))
        return ""
