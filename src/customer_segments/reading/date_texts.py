"""The SQL that reads a date in the words and the order of many languages and programs.

It is slow beside a known format, so it is asked only for texts that no known format fits.
"""

import re

from customer_segments.reading.file_layouts import sql_text
from customer_segments.reading.number_texts import plain_characters

# How months are called in English, German, French, Spanish, Italian, Dutch, Portuguese and Polish:
# the shortest form of each, then how it may go on.
_MONTHS = (
    "jan jan. january januar jaenner jänner jän janv janvier ene enero gen genn gennaio januari "
    "janeiro sty stycznia styczeń",
    "feb february februar fév fev févr fevr février fevrier febr febrero febbraio februari "
    "fevereiro lut lutego luty",
    "mar march mär mrz maer märz maerz mars marzo mrt maa maart março marco marca marzec",
    "apr april avr avril abr abril aprile kwi kwietnia kwiecień",
    "may mai mayo mag magg maggio mei maio maj maja",
    "jun june juni juin junio giu giugno junho cze czerwca czerwiec",
    "jul july juli juil juillet julio lug luglio julho lip lipca lipiec",
    "aug august août aout ago agosto augustus sie sierpnia sierpień",
    "sep sept september septembre septiembre set sett settembre setembro wrz września wrzesień",
    "oct october okt oktober octobre octubre ott ottobre out outubro paź października październik",
    "nov november novembre noviembre novembro lis listopada listopad",
    "dec december dez dezember déc décembre decembre dic diciembre dicembre dezembro gru grudnia "
    "grudzień",
)
_MONTH_NUMBERS = {
    word: f"{number:02}" for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
_DAYS_OF_THE_WEEK = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri "
    "sat sun montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr "
    "sa so lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim lunes "
    "martes miércoles miercoles jueves viernes sábado sabado domingo mié jue vie sáb dom lunedì "
    "martedì mercoledì giovedì venerdì domenica gio sab maandag dinsdag woensdag donderdag vrijdag "
    "zaterdag zondag ma wo vr za zo segunda terça terca quarta quinta sexta segunda-feira "
    "terça-feira terca-feira quarta-feira quinta-feira sexta-feira seg ter qua qui sex "
    "poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz"
)
# Between the day and the time, or between its parts.
_FILLERS = "at|um|uhr|à|às|as|om|alle|ore|de|del|of|den|den|le|kl|o|godz|r|g"

_LETTER = r"\p{L}"
_GAP = "[-./ ,_]*"
_YEAR = r"(\d{4}|\d\d)"
_TIME = (
    r"(?:[ t,:_-]+(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d\d)(?:[:.m](?P<second>\d\d)"
    r"(?:[.,:](?P<fraction>\d{1,9}))?)?)?s?h? *(?P<half>[ap]\.? ?m\.?)?"
)
_ZONE = r" *(?:z|[a-z]{2,5}|[a-z]+/[a-z_/]+)? *(?:[+-]\d{1,2}(?::?\d\d)?)? *(?:\[[^]]*\])?)? *$"
_PARTS = ("year", "month", "day", "hour", "minute", "second", "fraction", "half")


def sql_any_date(column: str, order: str | None) -> str:
    """Return the SQL that reads a text as timestamp, null when it is no date.

    `order` is month_first or day_first where both are numbers; None leaves these unread. A time
    zone is left out: the hour on the clock is the hour of the invoice.
    """
    steps = [
        _plain(column),
        _with_month_as_number("t"),
        _in_one_order("t", order),
        _parts("t"),
        _timestamp("t"),
    ]
    expression = steps[0]
    for step in steps[1:]:  # each a lambda, so that nothing is computed for lines read otherwise
        expression = f"list_transform([{expression}], lambda t: {step})[1]"
    return expression


def _plain(column: str) -> str:
    """Return the SQL for the text in small letters, without guards and what is in parentheses."""
    text = f"lower({plain_characters(column)})"
    text = _replace(text, r"\([^)]*\)|[=\"']", "", everywhere=True)
    text = _replace(text, rf"( )(?:{_FILLERS})\.?( |$)", r"\1\2", everywhere=True)
    text = _replace(
        text, r"^( *(?:\p{L}+[., ]+)?\d{1,2})(?:st|nd|rd|th|er|º|ª|°)([-./ ,])", r"\1\2"
    )
    return f"trim({text})"


def _with_month_as_number(text: str) -> str:
    """Return the SQL for the text with its last name of a month as #12, no day of the week."""
    words = "|".join(sorted(_MONTH_NUMBERS, key=lambda word: (-len(word), word))).replace(".", "")
    pattern = sql_text(rf"^(?:.*[^\p{{L}}])?({words})(?:[^\p{{L}}]|$)")
    numbers = ", ".join(f"'{word}': '{number}'" for word, number in _MONTH_NUMBERS.items())
    month = f"regexp_extract({text}, {pattern}, 1)"
    named = (
        f"list_transform([{month}], lambda w: case when w = '' then {text} else "
        f"regexp_replace({text}, '^((?:.*[^\\p{{L}}])?)' || w || '([^\\p{{L}}]|$)', "
        f"'\\1#' || map {{{numbers}}}[w] || '\\2') end)[1]"
    )
    days = "|".join(sorted(_DAYS_OF_THE_WEEK.split(), key=lambda word: (-len(word), word)))
    return _replace(named, rf"^(?:{days})[., ]+", "")


def _in_one_order(text: str, order: str | None) -> str:
    """Return the SQL for the text with its date as `@2010-12-01@`, the time behind it."""
    month, day = r"#(\d\d)\.?", r"(\d{1,2})"
    # Java: Wed Dec 01 08:45:00 GMT 2010.
    text = _replace(
        text, rf"^{month} {day} (\d\d:\d\d:\d\d)(?: [a-z0-9:+-]+)? (\d{{4}})$", r"@\4-\1-\2@ \3"
    )
    text = _replace(
        text, rf"^(\d{{4}})[-./ ]+#?(\d{{1,2}})\.?[-./ ]+{day}\.?(\D.*)?$", r"@\1-\2-\3@\4"
    )
    text = _replace(text, rf"^{day}{_GAP}{month}{_GAP}{_YEAR}(\D.*)?$", r"@\3-\2-\1@\4")
    text = _replace(text, rf"^{month}{_GAP}{day}[-./ ,]+{_YEAR}(\D.*)?$", r"@\3-\1-\2@\4")
    if order is not None:
        slots = r"@\3-\2-\1@\4" if order == "day_first" else r"@\3-\1-\2@\4"
        text = _replace(text, rf"^{day}[-./ ]+{day}[-./ ]+{_YEAR}(\D.*)?$", slots)
    return text


def _parts(text: str) -> str:
    """Return the SQL for a struct of the parts of such a text, empty where it is no date."""
    time = re.sub(r"\?P<\w+>", "", _TIME + _ZONE)
    names = ", ".join(f"'{name}'" for name in _PARTS)
    pattern = sql_text(rf"^@(\d+)-(\d+)-(\d+)@{time}")
    return f"regexp_extract({text}, {pattern}, [{names}])"


def _timestamp(parts: str) -> str:
    """Return the SQL that makes a timestamp of the parts, null for no day or no hour."""
    year = (
        f"case when length({parts}.year) = 4 then {parts}.year "
        f"when {parts}.year < '69' then '20' || {parts}.year else '19' || {parts}.year end"
    )
    hour = f"coalesce(try_cast({parts}.hour as integer), 0)"
    half = (
        f"case when {parts}.half = '' then {hour} when {hour} between 1 and 12 "
        f"then {hour} % 12 + if({parts}.half[1] = 'p', 12, 0) end"
    )
    rest = [f"if({parts}.{part} = '', '00', {parts}.{part})" for part in ("minute", "second")]
    fraction = f"if({parts}.fraction = '', '0', {parts}.fraction)"
    return (
        f"try_cast(({year}) || '-' || {parts}.month || '-' || {parts}.day || ' ' || ({half}) "
        f"|| ':' || {rest[0]} || ':' || {rest[1]} || '.' || {fraction} as timestamp)"
    )


def _replace(text: str, pattern: str, by: str, everywhere: bool = False) -> str:
    options = ", 'g'" if everywhere else ""
    return f"regexp_replace({text}, {sql_text(pattern)}, {sql_text(by)}{options})"
