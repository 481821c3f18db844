"""Things that have several established names: countries, languages, states, months, days, sexes.

Each line is one thing, its names apart by ``;`` and always in the same places, so that a column which says most of its
things by the names of one place can say all of them so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_COUNTRIES = """
United States;US;USA;United States of America;U.S.;U.S.A.|United Kingdom;GB;GBR;UK;U.K.;Great Britain
Germany;DE;DEU|France;FR;FRA|Italy;IT;ITA|Spain;ES;ESP|Portugal;PT;PRT|Netherlands;NL;NLD;The Netherlands;Holland
Belgium;BE;BEL|Austria;AT;AUT|Switzerland;CH;CHE|Ireland;IE;IRL;Republic of Ireland|Denmark;DK;DNK|Sweden;SE;SWE
Norway;NO;NOR|Finland;FI;FIN|Iceland;IS;ISL|Poland;PL;POL|Czech Republic;CZ;CZE;Czechia|Slovakia;SK;SVK
Hungary;HU;HUN|Romania;RO;ROU|Bulgaria;BG;BGR|Greece;GR;GRC|Turkey;TR;TUR;Türkiye|Ukraine;UA;UKR|Croatia;HR;HRV
Russia;RU;RUS;Russian Federation|Serbia;RS;SRB|Slovenia;SI;SVN|Luxembourg;LU;LUX|Canada;CA;CAN|Mexico;MX;MEX
Brazil;BR;BRA|Argentina;AR;ARG|Chile;CL;CHL|Colombia;CO;COL|Peru;PE;PER|Venezuela;VE;VEN|Australia;AU;AUS
New Zealand;NZ;NZL|Japan;JP;JPN|China;CN;CHN;PRC|India;IN;IND|South Korea;KR;KOR;Korea;Republic of Korea
Hong Kong;HK;HKG|Taiwan;TW;TWN|Singapore;SG;SGP|Thailand;TH;THA|Vietnam;VN;VNM;Viet Nam|Indonesia;ID;IDN
Malaysia;MY;MYS|Philippines;PH;PHL|Pakistan;PK;PAK|Bangladesh;BD;BGD|Iran;IR;IRN|Iraq;IQ;IRQ|Israel;IL;ISR
Saudi Arabia;SA;SAU|United Arab Emirates;AE;ARE;UAE|Egypt;EG;EGY|Morocco;MA;MAR|Nigeria;NG;NGA|Kenya;KE;KEN
South Africa;ZA;ZAF
"""
_LANGUAGES = """
English;en;eng|French;fr;fre;fra|German;de;ger;deu|Spanish;es;spa|Italian;it;ita|Portuguese;pt;por|Dutch;nl;dut;nld
Russian;ru;rus|Polish;pl;pol|Czech;cs;cze;ces|Hungarian;hu;hun|Romanian;ro;rum;ron|Greek;el;gre;ell|Turkish;tr;tur
Danish;da;dan|Swedish;sv;swe|Norwegian;no;nor|Finnish;fi;fin|Ukrainian;uk;ukr|Croatian;hr;hrv|Serbian;sr;srp
Bulgarian;bg;bul|Hebrew;he;heb|Arabic;ar;ara|Persian;fa;per;fas;Farsi|Hindi;hi;hin|Bengali;bn;ben|Urdu;ur;urd
Tamil;ta;tam|Telugu;te;tel|Chinese;zh;chi;zho;Mandarin|Japanese;ja;jpn|Korean;ko;kor|Thai;th;tha|Vietnamese;vi;vie
Indonesian;id;ind|Malay;ms;may;msa|Latin;la;lat|Catalan;ca;cat
"""
_STATES = """
Alabama;AL|Alaska;AK|Arizona;AZ|Arkansas;AR|California;CA|Colorado;CO|Connecticut;CT|Delaware;DE|Florida;FL|Georgia;GA
Hawaii;HI|Idaho;ID|Illinois;IL|Indiana;IN|Iowa;IA|Kansas;KS|Kentucky;KY|Louisiana;LA|Maine;ME|Maryland;MD
Massachusetts;MA|Michigan;MI|Minnesota;MN|Mississippi;MS|Missouri;MO|Montana;MT|Nebraska;NE|Nevada;NV
New Hampshire;NH|New Jersey;NJ|New Mexico;NM|New York;NY|North Carolina;NC|North Dakota;ND|Ohio;OH|Oklahoma;OK
Oregon;OR|Pennsylvania;PA|Rhode Island;RI|South Carolina;SC|South Dakota;SD|Tennessee;TN|Texas;TX|Utah;UT|Vermont;VT
Virginia;VA|Washington;WA|West Virginia;WV|Wisconsin;WI|Wyoming;WY|District of Columbia;DC;Washington DC
"""
_MONTHS = """
January;Jan|February;Feb|March;Mar|April;Apr|May;May|June;Jun|July;Jul|August;Aug|September;Sep;Sept|October;Oct
November;Nov|December;Dec
"""
_DAYS = """
Monday;Mon|Tuesday;Tue;Tues|Wednesday;Wed|Thursday;Thu;Thur;Thurs|Friday;Fri|Saturday;Sat|Sunday;Sun
"""
_SEXES = "male;m;man|female;f;woman"
_SEXES_OF_CHILDREN = "boy;b|girl;g"


@cache
def _named(text: str) -> dict[str, int]:
    """The number of the thing that each name, in small letters, belongs to."""
    things = [line.split(";") for line in text.replace("\n", "|").strip("|").split("|")]
    return {_plain(name): place for place, names in enumerate(things) for name in names}


def _plain(name: str) -> str:
    """A name in small letters, its words apart by blanks."""
    return name.casefold().replace("-", " ").replace("_", " ")


def listed(rows: Mapping[str, int]) -> dict[str, int]:
    """The things that names stand for, by the list that knows the names of most rows; names that it lacks are left out.

    >>> listed({"eng": 5, "English": 2, "Esperanto": 1}), listed({"United-States": 3, "USA": 1, "Oz": 9})
    ({'eng': 0, 'English': 0}, {'United-States': 0, 'USA': 0})
    """
    best: dict[str, int] = {}
    for text in (_COUNTRIES, _LANGUAGES, _STATES, _MONTHS, _DAYS, _SEXES, _SEXES_OF_CHILDREN):
        known = _named(text)
        found = {name: known[_plain(name)] for name in rows if _plain(name) in known}
        if sum(rows[name] for name in found) > sum(rows[name] for name in best):
            best = found
    return best
