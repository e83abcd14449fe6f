#!/usr/bin/env python3
"""workbook_schema.py MLSYSIM SCHEMAS [all]: every part of a workbook against the XML Schemas of ECMA-376.

SCHEMAS is a folder with the transitional schemas that Ecma publishes with part 4 of the standard (sml.xsd, dml-*.xsd,
shared-*.xsd), those of packages (opc-*.xsd of part 2) beside or below them. They are not part of this project: without
them the test is skipped. The validator is libxml2's, by lxml. A few templates, and a sheet with every kind of chart; with
`all` every template and every example that has a sheet. That the validator sees what is wrong is asked first."""
import os
import sys
import tempfile
import zipfile

from outside import check, run, run_parts

try:
    from lxml import etree
except ImportError:
    print('skipped: this python has no lxml')
    sys.exit(77)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SCHEMAS = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else ''
SOME = ['monthly_tco', 'training_budget', 'lease_or_buy', 'serving', 'roofline', 'queue', 'cnn']
# Namespace of the root element: its schema. Core properties need schemas of the Dublin Core, which are not Ecma's.
OFFICE = 'http://schemas.openxmlformats.org/'
KINDS = {
    OFFICE + 'spreadsheetml/2006/main': 'sml.xsd',
    OFFICE + 'drawingml/2006/main': 'dml-main.xsd',
    OFFICE + 'drawingml/2006/chart': 'dml-chart.xsd',
    OFFICE + 'drawingml/2006/spreadsheetDrawing': 'dml-spreadsheetDrawing.xsd',
    OFFICE + 'officeDocument/2006/extended-properties': 'shared-documentPropertiesExtended.xsd',
    OFFICE + 'officeDocument/2006/custom-properties': 'shared-documentPropertiesCustom.xsd',
    OFFICE + 'package/2006/content-types': 'opc-contentTypes.xsd',
    OFFICE + 'package/2006/relationships': 'opc-relationships.xsd',
}
UNKNOWN = {'docProps/core.xml'}
read = {}


def find(name):
    for folder, _, files in os.walk(SCHEMAS):
        if name in files:
            return os.path.join(folder, name)
    return None


def schema_of(namespace):
    if namespace not in read:
        path = find(KINDS[namespace])
        read[namespace] = etree.XMLSchema(file=path) if path else None
    return read[namespace]


def wrong_parts(path):
    """Of a package: how many parts were validated, and what is wrong with them."""
    count, wrong = 0, []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name in UNKNOWN:
                continue
            root = etree.fromstring(archive.read(name))
            namespace = etree.QName(root).namespace
            schema = schema_of(namespace) if namespace in KINDS else None
            if schema is None:
                wrong.append((name, 'no schema for %s' % namespace))
            elif not schema.validate(root):
                wrong.append((name, str(schema.error_log.last_error)))
            count += 1
    return count, wrong


def sheets():
    yield os.path.join(ROOT, 'tests', 'live', 'charts.sheet')
    if 'all' not in sys.argv[3:]:
        yield from SOME
        return
    for top in 'templates', 'examples':
        for folder, _, files in sorted(os.walk(os.path.join(ROOT, top))):
            yield from (os.path.join(folder, name) for name in sorted(files) if name.endswith('.sheet'))


def exported(sheet, path):
    beside = sheet[:-6] + '.csv' if sheet.endswith('.sheet') else os.path.join(ROOT, 'examples', sheet + '.csv')
    got = run('run', sheet, *([beside] if os.path.exists(beside) else []), '-o', path)
    check('%s: a workbook' % sheet, got[0] in (0, 1) and os.path.exists(path), got)


def every_workbook():
    for sheet in sheets():
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'w.xlsx')
            exported(sheet, path)
            count, wrong = wrong_parts(path)
            check('%s: %d parts are valid' % (sheet, count), count > 10 and not wrong, wrong[:3])


def validator_sees():
    """An element where none may stand, in each kind of part, is found."""
    for namespace in KINDS:
        with zipfile.ZipFile('w.xlsx') as old, zipfile.ZipFile('wrong.xlsx', 'w') as new:
            for name in old.namelist():
                root = etree.fromstring(old.read(name))
                if etree.QName(root).namespace == namespace:
                    etree.SubElement(root, '{%s}nowhere' % namespace)
                new.writestr(name, etree.tostring(root))
        _, wrong = wrong_parts('wrong.xlsx')
        check('a wrong part of %s is found' % KINDS[namespace], any('nowhere' in text for _, text in wrong), wrong)


if not SCHEMAS or any(find(name) is None for name in KINDS.values()):
    print('skipped: the folder "%s" does not have the schemas of ECMA-376: %s' % (SCHEMAS, ', '.join(KINDS.values())))
    sys.exit(77)
run_parts(lambda: exported(SOME[0], 'w.xlsx'), [validator_sees, every_workbook])
