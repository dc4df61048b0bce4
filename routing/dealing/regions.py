"""Countries as sources write them, and the region each lies in.

Sources send "DE", "Germany" or "germany"; all are one country. Codes are those of ISO 3166-1
(alpha-2). A region is only what sales calls one: NA, LATAM, EMEA, APAC.
"""

from types import MappingProxyType

REGIONS = MappingProxyType(
    {
        "NA": "US CA PM BM GL",
        "LATAM": "AG AI AR AW BB BL BO BQ BR BS BZ CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT"
        " JM KN KY LC MF MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
        "EMEA": "AD AE AL AM AO AT AX AZ BA BE BF BG BH BI BJ BW BY CD CF CG CH CI CM CV CY CZ DE"
        " DJ DK DZ EE EG EH ER ES ET FI FO FR GA GB GE GG GH GI GM GN GQ GR GW HR HU IE IL IM IQ IR"
        " IS IT JE JO KE KM KW LB LI LR LS LT LU LV LY MA MC MD ME MG MK ML MR MT MU MW MZ NA NE NG"
        " NL NO OM PL PS PT QA RE RO RS RU RW SA SC SD SE SH SI SJ SK SL SM SN SO SS ST SY SZ TD TG"
        " TN TR TZ UA UG VA XK YE YT ZA ZM ZW",
        "APAC": "AF AS AU BD BN BT CC CK CN CX FJ FM GU HK ID IN IO JP KG KH KI KP KR KZ LA LK MH"
        " MM MN MO MP MV MY NC NF NP NR NU NZ PF PG PH PK PN PW SB SG TH TJ TK TL TM TO TV TW UZ VN"
        " VU WF WS",
    }
)
_REGION = {code: region for region, codes in REGIONS.items() for code in codes.split()}

_NAMES = {
    "argentina": "AR", "australia": "AU", "austria": "AT", "belgium": "BE", "brazil": "BR",
    "bulgaria": "BG", "canada": "CA", "chile": "CL", "china": "CN", "colombia": "CO",
    "croatia": "HR", "czech republic": "CZ", "czechia": "CZ", "denmark": "DK", "egypt": "EG",
    "england": "GB", "estonia": "EE", "finland": "FI", "france": "FR", "germany": "DE",
    "deutschland": "DE", "great britain": "GB", "greece": "GR", "holland": "NL", "hong kong": "HK",
    "hungary": "HU", "iceland": "IS", "india": "IN", "indonesia": "ID", "ireland": "IE",
    "israel": "IL", "italy": "IT", "japan": "JP", "kenya": "KE", "korea": "KR", "latvia": "LV",
    "lithuania": "LT", "luxembourg": "LU", "malaysia": "MY", "mexico": "MX", "netherlands": "NL",
    "the netherlands": "NL", "new zealand": "NZ", "nigeria": "NG", "norway": "NO", "peru": "PE",
    "philippines": "PH", "poland": "PL", "portugal": "PT", "qatar": "QA", "romania": "RO",
    "saudi arabia": "SA", "serbia": "RS", "singapore": "SG", "slovakia": "SK", "slovenia": "SI",
    "south africa": "ZA", "south korea": "KR", "spain": "ES", "sweden": "SE", "switzerland": "CH",
    "taiwan": "TW", "thailand": "TH", "turkey": "TR", "türkiye": "TR", "uk": "GB", "ukraine": "UA",
    "united arab emirates": "AE", "united kingdom": "GB", "united states": "US",
    "united states of america": "US", "usa": "US", "vietnam": "VN",
}  # fmt: skip


def country_code(text: str) -> str:
    """The two letters of a country; what is not known stays as written, in capitals."""
    plain = " ".join(text.replace(".", "").split()).casefold()
    return _NAMES.get(plain, plain.upper())


def region_of(country: str) -> str:
    """NA, LATAM, EMEA or APAC; empty for a country not known."""
    return _REGION.get(country_code(country), "")
