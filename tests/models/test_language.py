import pytest

from models.language import Identifier
from umot.errors import UnknownName

ALL = ("nl", "en", "de", "fr", "es", "it", "pt")


@pytest.fixture(scope="module")
def identifier():
    return Identifier(ALL, "nl")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De bezorging was snel en de chauffeur vriendelijk.", "nl"),
        ("Da's dik in orde, merci hé!", "nl"),
        ("Wat denkt die man wel niet", "nl"),
        ("@united why is my flight delayed again? http://t.co/x", "en"),
        ("Der Zug hatte schon wieder Verspätung.", "de"),
        ("Le service était vraiment très lent hier soir.", "fr"),
        ("La comida estaba muy buena y el servicio también.", "es"),
        ("Il cibo era ottimo ma il servizio lento.", "it"),
        ("O atendimento foi péssimo, não volto mais.", "pt"),
        ("HET WAS VRESELIJK DRUK EN NIEMAND HIELP ONS", "nl"),
    ],
)
def test_a_configured_language(identifier, text, language):
    assert identifier.identify(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Maten var god og personalet var meget venligt mod os.", "da"),
        ("Maten var god och personalen var mycket trevlig mot oss.", "sv"),
        ("Obsługa była bardzo miła, polecam każdemu.", "pl"),
        ("Yemekler çok güzeldi ama servis yavaştı.", "tr"),
        ("Доставка была очень быстрой, спасибо!", "ru"),
        ("الخدمة كانت سيئة جدا", "ar"),
        ("サービスがとても良かったです", "ja"),
        ("Η εξυπηρέτηση ήταν πολύ καλή", "el"),
    ],
)
def test_another_language_is_named_not_guessed(identifier, text, language):
    assert identifier.identify(text) == language


@pytest.mark.parametrize("text", ["", "👍", "😡😡😡", "10/10!!", "http://x.nl", "@user 5", "ok 👍"])
def test_what_cannot_be_told_is_in_the_default_language(text):
    assert Identifier(ALL, "nl").identify(text) == "nl"
    assert Identifier(ALL, "de").identify(text) == "de"


def test_latin_letters_outnumber_a_few_others(identifier):
    assert identifier.identify("Heerlijke ramen 🍜 ラーメン gegeten bij deze zaak") == "nl"


def test_only_configured_languages_are_read():
    identifier = Identifier(["nl"], "nl")
    assert identifier.identify("The delivery was fast and the driver was friendly.") != "nl"
    assert identifier.identify("De bezorging was snel en netjes gedaan.") == "nl"


def test_what_the_platform_says_decides_where_the_text_does_not(identifier):
    assert identifier.identify("👍👍", "fr-FR") == "fr"
    assert identifier.identify("super!", "de") == "de"
    assert identifier.identify("👍👍", "sv") == "sv"
    assert identifier.identify("De bezorging was echt heel erg snel.", "en") == "nl"
    assert identifier.identify("De bezorging was echt heel erg snel.", "sv") == "nl"


def test_a_language_configured_besides_the_usual_ones():
    identifier = Identifier(["nl", "el"], "nl")
    assert identifier.identify("Η εξυπηρέτηση ήταν πολύ καλή") == "el"


def test_an_unknown_language_is_an_error_that_lists_the_known():
    with pytest.raises(UnknownName, match=r"unknown language 'xx'; valid: .*nl"):
        Identifier(["nl", "xx"], "nl")


def test_a_default_that_is_not_configured_is_replaced():
    assert Identifier(["en", "de"], "nl").identify("👍") == "en"


def test_a_very_long_text_is_judged_by_its_start(identifier):
    assert identifier.identify("De bezorging was snel. " * 50_000) == "nl"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@united THIS IS THE YEAR FOR VAN GOGH FANS TO VISIT EUROPE", "en"),
        ("WAARDELOOS BEDRIJF, NOOIT MEER", "nl"),
        ("BARDZO DOBRY ROWER, POLECAM WSZYSTKIM", "pl"),
    ],
)
def test_shouting_is_read_like_speaking(text, language):
    assert Identifier(("nl", "en", "de"), "nl").identify(text) == language
