"""The points of Annex IV of Regulation (EU) 2024/1689, by number, in short, and what only a person can state.

The wording here is ours and shorter than the law's: the text of the Official Journal is what counts.
"""

from __future__ import annotations

from typing import NamedTuple


class Point(NamedTuple):
    """One point of the annex.

    Parameters
    ----------
    number : str
        As in the annex.
    asks : str
        What is to be described.
    owed : tuple of str
        What no run can know.
    """

    number: str
    asks: str
    owed: tuple[str, ...] = ()


class Chapter(NamedTuple):
    """A numbered part of the annex."""

    title: str
    points: tuple[Point, ...]


ANNEX = (
    Chapter(
        "1. General description of the AI system",
        (
            Point(
                "1(a)",
                "Intended purpose, name of the provider, version and its relation to earlier versions",
                (
                    "The intended purpose: which decision, about whom, by whom, and what it must not be used for.",
                    "Name and address of the provider, and of the authorised representative if there is one.",
                ),
            ),
            Point(
                "1(b)",
                "How the system works together with hardware, software or other AI systems that are not part of it",
                ("Which systems send it cases, and which act on its answers.",),
            ),
            Point("1(c)", "Versions of software or firmware, and requirements for updates"),
            Point(
                "1(d)",
                "All forms in which it is placed on the market or put into service",
                ("In which of these forms it is offered, to whom and where.",),
            ),
            Point(
                "1(e)", "The hardware on which it is meant to run", ("The hardware of production, and its capacity.",)
            ),
            Point(
                "1(f)",
                "Where it is a component of a product: pictures of outside, marking and inner layout",
                ("Whether it is a part of a product; if so, the pictures. If not, say so.",),
            ),
            Point(
                "1(g)",
                "The user interface for the deployer",
                ("The screens on which people see its answers, where they are not those of the service.",),
            ),
            Point(
                "1(h)",
                "Instructions for use for the deployer",
                ("The instructions as they are handed over, in the language of the deployer.",),
            ),
        ),
    ),
    Chapter(
        "2. Elements of the system and how it was developed",
        (
            Point(
                "2(a)",
                "Methods and steps of development, and pre-trained systems or tools of third parties",
                ("Whether any step was done outside of mlwright: by whom, how, and why.",),
            ),
            Point(
                "2(b)",
                "Design: general logic, key choices with reasons and assumptions, what is optimised for, expected "
                "output and trade-offs",
                (
                    "The persons or groups on whom it is meant to be used.",
                    "Which trade-offs were accepted, and by whom.",
                ),
            ),
            Point(
                "2(c)", "Architecture: how the parts build on each other, and the computing resources that were used"
            ),
            Point(
                "2(d)",
                "Data sheets: origin, scope, main characteristics, how it was obtained, selected, labelled, cleaned",
                (
                    "How and for what purpose the data was first collected, and on which legal basis.",
                    "Who labelled it, by which instructions.",
                    "Whether it represents those on whom the system will be used.",
                ),
            ),
            Point(
                "2(e)",
                "Human oversight that is needed (Article 14), and what helps to interpret the answers",
                ("Who oversees, with which training and authority, and how an answer is overruled in practice.",),
            ),
            Point(
                "2(f)",
                "Changes that were determined beforehand, and how compliance is kept",
                ("Which changes (such as retraining) are determined beforehand and will not count as substantial.",),
            ),
            Point(
                "2(g)",
                "Validation and testing: data, metrics of accuracy, robustness and possibly discriminatory impacts, "
                "logs and signed reports",
                ("Date and signature of the person responsible for the tests.",),
            ),
            Point("2(h)", "Cybersecurity measures", ("Measures around the service: network, access, keys, backups.",)),
        ),
    ),
    Chapter(
        "3. Monitoring, functioning and control",
        (
            Point(
                "3",
                "Capabilities and limits, accuracy for persons or groups, foreseeable unintended outcomes and risks, "
                "human oversight, and specifications of the input data",
                (
                    "Risks to health, safety and fundamental rights that follow from use and from foreseeable misuse.",
                    "The level of accuracy that the purpose needs.",
                ),
            ),
        ),
    ),
    Chapter(
        "4. Appropriateness of the performance metrics",
        (
            Point(
                "4",
                "Why these metrics fit this system",
                ("Whether what they count is what matters to those concerned.",),
            ),
        ),
    ),
    Chapter(
        "5. Risk management system (Article 9)",
        (
            Point(
                "5",
                "The risk management system, in detail",
                (
                    "The process: who identifies, judges and treats risks, how often, and what remains.",
                    "The risks themselves, with the measures taken.",
                ),
            ),
        ),
    ),
    Chapter("6. Changes through the lifecycle", (Point("6", "Relevant changes made by the provider"),)),
    Chapter(
        "7. Harmonised standards and other specifications",
        (
            Point(
                "7",
                "Standards applied, or the solutions by which the requirements are met",
                ("The list of standards applied in full or in part; where there are none, the solutions instead.",),
            ),
        ),
    ),
    Chapter(
        "8. EU declaration of conformity (Article 47)",
        (Point("8", "A copy of the declaration", ("The declaration, signed.",)),),
    ),
    Chapter(
        "9. Evaluation after placing on the market (Article 72)",
        (
            Point(
                "9",
                "The system that evaluates performance in use, and the post-market monitoring plan",
                ("The plan: who looks, how often, where outcomes come from, and when use is stopped.",),
            ),
        ),
    ),
)
