"""A COMBINE archive: the model as SBML, what to do with it as SED-ML, and the visits as a table, in one file.

The two texts of XML are short, so that they are written here and need no library. Tests read the archive with
libcombine and libsedml.
"""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

from ..checks import check_ending, check_path, check_type, checked_arguments
from ..files import written_whole
from ..labels import COLUMNS
from ..model.equations import COMPARTMENTS, Model
from ..parameters import Parameters
from ..simulation import choose_days
from ..treatment.schedule import Schedule
from .sbml import to_sbml

ENDING = ".omex"
FORMATS = "http://identifiers.org/combine.specifications"

RTOL, ATOL = 1e-10, 1e-14

MODEL_FILE, RUN_FILE, VISITS_FILE = "model.xml", "effect.sedml", "visits.csv"

MANIFEST = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<omexManifest xmlns="{FORMATS}/omex-manifest">
  <content location="." format="{FORMATS}/omex"/>
  <content location="./manifest.xml" format="{FORMATS}/omex-manifest"/>
  <content location="./{RUN_FILE}" format="{FORMATS}/sed-ml" master="true"/>
  <content location="./{MODEL_FILE}" format="{FORMATS}/sbml"/>
  <content location="./{VISITS_FILE}" format="http://purl.org/NET/mediatypes/text/csv"/>
</omexManifest>
"""


@checked_arguments()
def to_archive(
    path: str | Path, schedule: Schedule, parameters: Parameters | None = None, *, model: Model | None = None
) -> None:
    """Write a COMBINE archive, which tellurium and other programs run.

    It has `to_sbml`, a SED-ML file that solves it from day 0 to the last day of `simulate`, with a row for each day and
    the columns of `Timeline.frame`, and the visits as `Schedule.to_csv` writes them.

    Parameters
    ----------
    path : str or Path
        A file that ends in ``.omex``.
    schedule, parameters, model
        As in `to_sbml`.

    Raises
    ------
    InputError
        The file cannot be written, or `to_sbml` refuses the input.
    """
    path = check_path(path)
    check_ending(path, (ENDING,))
    check_type(schedule, Schedule, "schedule")
    contents = {
        "manifest.xml": MANIFEST,
        RUN_FILE: _print_run(schedule),
        MODEL_FILE: to_sbml(schedule, parameters, model=model),
        VISITS_FILE: schedule.to_events().to_csv(index=False, lineterminator="\n"),
    }
    with written_whole(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, text in contents.items():
            # The date of a ZipInfo is fixed, so that the same case has the same bytes.
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)


def _print_run(schedule: Schedule) -> str:
    # Return SED-ML: a task, a variable for each column, a plot of the effect, and a report.
    _, end = choose_days(schedule)
    species = () if any(visit.sites is not None for visit in schedule) else COMPARTMENTS
    columns = [name for name in COLUMNS if name != "time"]
    last = math.ceil(end)
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<sedML xmlns="http://sed-ml.org/sed-ml/level1/version4" xmlns:sbml="http://www.sbml.org/sbml/level3/version2/core"
       level="1" version="4">
  <listOfModels>
    <model id="model" language="urn:sedml:language:sbml.level-3.version-2" source="{MODEL_FILE}"/>
  </listOfModels>
  <listOfSimulations>
    <uniformTimeCourse id="days" initialTime="0" outputStartTime="0" outputEndTime="{last}" numberOfSteps="{last}">
      <algorithm name="CVODE" kisaoID="KISAO:0000019">
        <listOfAlgorithmParameters>
          <algorithmParameter name="relative tolerance" kisaoID="KISAO:0000209" value="{RTOL:g}"/>
          <algorithmParameter name="absolute tolerance" kisaoID="KISAO:0000211" value="{ATOL:g}"/>
        </listOfAlgorithmParameters>
      </algorithm>
    </uniformTimeCourse>
  </listOfSimulations>
  <listOfTasks>
    <task id="course" modelReference="model" simulationReference="days"/>
  </listOfTasks>
  <listOfDataGenerators>
{_print_generator("time", "time in days", 'symbol="urn:sedml:symbol:time"')}\
{"".join(_print_generator(name, COLUMNS[name].label, _target(name, name in species)) for name in columns)}\
  </listOfDataGenerators>
  <listOfOutputs>
    <plot2D id="picture" name="the effect">
      <listOfCurves>
        <curve id="effect" logX="false" logY="false" xDataReference="time_" yDataReference="visible_"/>
      </listOfCurves>
    </plot2D>
    <report id="table" name="the columns of the course">
      <listOfDataSets>
{"".join(f'        <dataSet id="{name}_set" label="{name}" dataReference="{name}_"/>' + chr(10) for name in COLUMNS)}\
      </listOfDataSets>
    </report>
  </listOfOutputs>
</sedML>
"""


def _target(name: str, is_species: bool) -> str:
    kind = "listOfSpecies/sbml:species" if is_species else "listOfParameters/sbml:parameter"
    return f"target=\"/sbml:sbml/sbml:model/sbml:{kind}[@id='{name}']\""


def _print_generator(name: str, label: str, source: str) -> str:
    return f"""\
    <dataGenerator id="{name}_" name="{label}">
      <math xmlns="http://www.w3.org/1998/Math/MathML"><ci> {name} </ci></math>
      <listOfVariables>
        <variable id="{name}" {source} taskReference="course" modelReference="model"/>
      </listOfVariables>
    </dataGenerator>
"""
