"""Published load traces that are known by name, in a folder that the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedTrace:
    """A file with the options that it is read with.

    Attributes:
        file: In the folder `workloads` of the data.
        options: As after the `?` of a spec.
        sentence: What it is.
    """

    file: str
    options: str
    sentence: str


NAMED: Mapping[str, NamedTrace] = MappingProxyType(
    {
        # Offered were three generators times 1.078 and 1.006 of the files (arXiv 2403.02129).
        "demeter-cars": NamedTrace(
            file="demeter_cars_3d_35k.csv.gz",
            options="scale=3.234&season=6h&hours=18",
            sentence="Cars of Demeter's traffic job: 18 h, three equal days of 6 h.",
        ),
        "demeter-ads": NamedTrace(
            file="demeter_ads_3d_30k.csv.gz",
            options="scale=3.018&season=6h&hours=18",
            sentence="Advertisements of Demeter's YSB job: 18 h, three unlike days of 6 h.",
        ),
        "khaos-ysb": NamedTrace(
            file="khaos_ysb_24h_10s_derived.csv.gz",
            options="hours=24",
            sentence="Advertisements of Khaos's YSB job: one day of 24 h.",
        ),
        "phoebe-cars": NamedTrace(
            file="phoebe_cars_6h_measured.csv.gz",
            options="hours=6",
            sentence="Cars of Phoebe's traffic job, as measured: one day of 6 h.",
        ),
        "clicks": NamedTrace(
            file="lp_avazu_5min.csv.gz",
            options="season=1d",
            sentence="Clicks on advertisements (Avazu): 11 days; a shape, not a rate.",
        ),
        "taxi": NamedTrace(
            file="lp_taxi_5min.csv.gz",
            options="season=1d",
            sentence="Taxi rides: three weeks; a shape, not a rate.",
        ),
        "wikipedia": NamedTrace(
            file="lp_wiki_en_5min.csv.gz",
            options="season=1d",
            sentence="Page views of the English Wikipedia: three weeks; a shape, not a rate.",
        ),
    }
)
"""Name to trace."""
