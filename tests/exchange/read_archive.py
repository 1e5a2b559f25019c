"""What libcombine and libsedml read in a COMBINE archive."""

import re

import libcombine
import libsedml


def read_files(path):
    """Return the text of each file by its name, and the name of the file to begin with."""
    archive = libcombine.CombineArchive()
    assert archive.initializeFromArchive(str(path))
    names = [archive.getEntry(i).getLocation() for i in range(archive.getNumEntries())]
    texts = {name.removeprefix("./"): archive.extractEntryToString(name) for name in names}
    first = archive.getMasterFile()
    assert libcombine.KnownFormats.isFormat("sed-ml", first.getFormat())  # tellurium looks for this format
    return texts, first.getLocation().removeprefix("./")


def read_target(generator):
    """Return the kind of element and the id that a data generator takes from the model."""
    variable = generator.getVariable(0)
    if variable.getSymbol() == "urn:sedml:symbol:time":
        return ["", "time"]
    return re.search(r"sbml:(\w+)\[@id='(\w+)'\]$", variable.getTarget()).groups()


def read_archive(path):
    """Return the files, the time course, and what each column of the report is in the model."""
    texts, first = read_files(path)
    document = libsedml.readSedMLFromString(texts[first])
    course, outputs = document.getSimulation(0), map(document.getOutput, range(document.getNumOutputs()))
    generators = map(document.getDataGenerator, range(document.getNumDataGenerators()))
    targets = {each.getId(): read_target(each) for each in generators}
    report = next(each for each in outputs if each.getId() == "table")
    return {
        "texts": texts,
        "errors": [document.getError(i).getMessage() for i in range(document.getNumErrors())],
        "model": document.getModel(0).getSource(),
        "algorithm": course.getAlgorithm().getKisaoID(),
        "course": [course.getOutputStartTime(), course.getOutputEndTime(), course.getNumberOfSteps()],
        "report": {
            each.getLabel(): targets[each.getDataReference()]
            for each in map(report.getDataSet, range(report.getNumDataSets()))
        },
    }
