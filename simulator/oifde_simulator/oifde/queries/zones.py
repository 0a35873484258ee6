"""Find the time zones in which a client may mean its times."""

from __future__ import annotations

from collections.abc import Mapping

VENDOR_ZONE = "Asia/Shanghai"
"""Time zone of the vendor's platform, whose IDs show UTC+8."""
ZONES_OF_LOCALES: Mapping[str, str] = {
    "cs_CZ": "Europe/Prague",
    "da_DK": "Europe/Copenhagen",
    "de_AT": "Europe/Vienna",
    "de_DE": "Europe/Berlin",
    "el_GR": "Europe/Athens",
    "en_GB": "Europe/London",
    "en_IN": "Asia/Kolkata",
    "es_CO": "America/Bogota",
    "es_ES": "Europe/Madrid",
    "fi_FI": "Europe/Helsinki",
    "fil_PH": "Asia/Manila",
    "fr_FR": "Europe/Paris",
    "he_IL": "Asia/Jerusalem",
    "hi_IN": "Asia/Kolkata",
    "hu_HU": "Europe/Budapest",
    "it_IT": "Europe/Rome",
    "ja_JP": "Asia/Tokyo",
    "ko_KR": "Asia/Seoul",
    "nl_NL": "Europe/Amsterdam",
    "no_NO": "Europe/Oslo",
    "pl_PL": "Europe/Warsaw",
    "pt_PT": "Europe/Lisbon",
    "ro_RO": "Europe/Bucharest",
    "sv_SE": "Europe/Stockholm",
    "th_TH": "Asia/Bangkok",
    "tr_TR": "Europe/Istanbul",
    "uk_UA": "Europe/Kyiv",
    "vi_VN": "Asia/Ho_Chi_Minh",
    "zh_CN": "Asia/Shanghai",
    "zh_TW": "Asia/Taipei",
}
"""Time zones of locales whose country has one."""


def likely_zones(locale: str, chosen: str) -> tuple[str, ...]:
    """List other time zones than the chosen one: the locale's, then the vendor's, then UTC."""
    names = (ZONES_OF_LOCALES.get(locale), VENDOR_ZONE, "UTC")
    return tuple(dict.fromkeys(name for name in names if name is not None and name != chosen))
