<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>AnswersStrip</name>
    <message numerus="yes">
        <source>{name} answers after %n other(s)</source>
        <translation>
            <numerusform>{name} answers after %n other</numerusform>
            <numerusform>{name} answers after %n others</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ChoosingLine</name>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>%n selected</numerusform>
            <numerusform>%n selected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JoinForm</name>
    <message numerus="yes">
        <source>Nobody could be reached yet (tried %n time(s)). Trying again in a moment…</source>
        <translation>
            <numerusform>Nobody could be reached yet (tried %n time). Trying again in a moment…</numerusform>
            <numerusform>Nobody could be reached yet (tried %n times). Trying again in a moment…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LostBanner</name>
    <message numerus="yes">
        <source>%n message(s) will be sent when it is there.</source>
        <translation>
            <numerusform>%n message will be sent when it is there.</numerusform>
            <numerusform>%n messages will be sent when it is there.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message numerus="yes">
        <source>and %n more, show all</source>
        <translation>
            <numerusform>and %n more, show all</numerusform>
            <numerusform>and %n more, show all</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message numerus="yes">
        <source>%n peer(s) connected</source>
        <translation>
            <numerusform>%n peer connected</numerusform>
            <numerusform>%n peers connected</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewestButton</name>
    <message numerus="yes">
        <source>%n new</source>
        <translation>
            <numerusform>%n new</numerusform>
            <numerusform>%n new</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Go to the newest message, %n new</source>
        <translation>
            <numerusform>Go to the newest message, %n new</numerusform>
            <numerusform>Go to the newest message, %n new</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Notifier</name>
    <message numerus="yes">
        <source>%n new message(s)</source>
        <translation>
            <numerusform>%n new message</numerusform>
            <numerusform>%n new messages</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PageHeader</name>
    <message numerus="yes">
        <source>%n member(s)</source>
        <translation>
            <numerusform>%n member</numerusform>
            <numerusform>%n members</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PersonDialog</name>
    <message numerus="yes">
        <source>%n device(s)</source>
        <translation>
            <numerusform>%n device</numerusform>
            <numerusform>%n devices</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) with you</source>
        <translation>
            <numerusform>%n conversation with you</numerusform>
            <numerusform>%n conversations with you</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message numerus="yes">
        <source>Peer2Peer, %n unread</source>
        <translation>
            <numerusform>Peer2Peer, %n unread</numerusform>
            <numerusform>Peer2Peer, %n unread</numerusform>
        </translation>
    </message>
</context>
</TS>
