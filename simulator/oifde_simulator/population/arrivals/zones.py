"""The time zone in which the people of a locale live. Standard library only.

Rule: a zone is loaded when it is first needed; scenarios are read without it.
"""

from __future__ import annotations

from datetime import tzinfo

from oifde_simulator.instants import time_zone

# Guess: [population-time-zone] where the people of a locale live; the hours of real calls would settle it.
ZONES = {
    "AE": "Asia/Dubai",
    "AL": "Europe/Tirane",
    "AM": "Asia/Yerevan",
    "AR": "America/Argentina/Buenos_Aires",
    "AT": "Europe/Vienna",
    "AU": "Australia/Sydney",
    "AZ": "Asia/Baku",
    "BA": "Europe/Sarajevo",
    "BD": "Asia/Dhaka",
    "BE": "Europe/Brussels",
    "BG": "Europe/Sofia",
    "BH": "Asia/Bahrain",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CH": "Europe/Zurich",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CO": "America/Bogota",
    "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "DZ": "Africa/Algiers",
    "EE": "Europe/Tallinn",
    "EG": "Africa/Cairo",
    "ES": "Europe/Madrid",
    "ET": "Africa/Addis_Ababa",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "GE": "Asia/Tbilisi",
    "GH": "Africa/Accra",
    "GR": "Europe/Athens",
    "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest",
    "ID": "Asia/Jakarta",
    "IE": "Europe/Dublin",
    "IL": "Asia/Jerusalem",
    "IN": "Asia/Kolkata",
    "IR": "Asia/Tehran",
    "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome",
    "JO": "Asia/Amman",
    "JP": "Asia/Tokyo",
    "KE": "Africa/Nairobi",
    "KR": "Asia/Seoul",
    "LI": "Europe/Vaduz",
    "LK": "Asia/Colombo",
    "LT": "Europe/Vilnius",
    "LU": "Europe/Luxembourg",
    "LV": "Europe/Riga",
    "MK": "Europe/Skopje",
    "MS": "America/Montserrat",
    "MT": "Europe/Malta",
    "MX": "America/Mexico_City",
    "NG": "Africa/Lagos",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "NP": "Asia/Kathmandu",
    "NZ": "Pacific/Auckland",
    "PH": "Asia/Manila",
    "PK": "Asia/Karachi",
    "PL": "Europe/Warsaw",
    "PS": "Asia/Hebron",
    "PT": "Europe/Lisbon",
    "QC": "America/Toronto",
    "RO": "Europe/Bucharest",
    "RU": "Europe/Moscow",
    "SA": "Asia/Riyadh",
    "SE": "Europe/Stockholm",
    "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava",
    "TH": "Asia/Bangkok",
    "TR": "Europe/Istanbul",
    "TW": "Asia/Taipei",
    "UA": "Europe/Kiev",  # the name that older data know, too
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "VE": "America/Caracas",
    "VN": "Asia/Ho_Chi_Minh",
    "ZA": "Africa/Johannesburg",
}
"""Zones by the region of a locale: that of most of its people, or of its largest city."""
EXCEPTIONS = {
    "ar_AA": "Asia/Riyadh",
    "de": "Europe/Berlin",
    "dk_DK": "Europe/Copenhagen",
    "en": "America/New_York",
    "es": "Europe/Madrid",
    "es_CA": "Europe/Madrid",
    "sl_SI": "Europe/Ljubljana",
    "sw": "Africa/Nairobi",
    "th": "Asia/Bangkok",
}
"""Zones of locales that name no region, or another one than they mean."""
ELSEWHERE = "UTC"
"""Zone of locales that neither table has."""


def zone_of(locale: str) -> str:
    """Choose the name of the time zone of a locale's people."""
    return EXCEPTIONS.get(locale) or ZONES.get(locale.rpartition("_")[2], ELSEWHERE)


def load(name: str) -> tzinfo:
    """Load a zone, from the system's data or the package tzdata. Raises ValueError for an unknown one."""
    zone = time_zone(name)
    if zone is None:
        raise ValueError(f'unknown time zone "{name}"')
    return zone
