#!/usr/bin/env python3
"""golden_cases.py MLSYSIM SHARED: golden_run.py on a small folder of its own, where it is known
what agrees; then on golden/reference and golden/tail.csv of the shared folder, when it is there:
no family may agree in fewer outputs than tests/golden/agreed.csv says. `--write` as a third word
counts again."""
import csv
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import golden_run  # noqa: E402

AGREED = os.path.join(golden_run.many.ROOT, 'tests', 'golden', 'agreed.csv')
FILES = {
    'box.sheet': '''sheet box  # A box
input size [m]           = 1 in 0..100                      # Edge
input shape              = cube in cube, slab               # Form
input share [%]          = 100 in 0..100                    # Filled
volume [m^3]             = if(shape == "cube", size ^ 3, size ^ 2 * 1 [m]) * share
weight [kg]              = volume * 2 [kg/m^3]
wait [s]                 = 1 [s] / share                    # None when nothing flows
check light              = weight <= 20 [kg]
table part for half in left, right
  piece [kg]             = weight / 2
''',
    'map.csv': '''solver,kind,name,value,sheet,cell,unit,note
Box*,ignored,colour,,,,,says nothing about its weight
Box*,input,edge,,box,size,m,
Box*,input,form,,box,shape,,
Box*,word,form,flat,,slab,,
Box.half,set,,50,box,share,%,
Box,set,,0,box:empty,share,%,
Box,input,a*b/2,,box:product,size,m,
Box*,output,mass_g,,box,weight,g,
Box*,output,light,,box,light,,
Box,output,left,,box,part.piece(left),kg,
Box,output,wait,,box:empty,wait,s,
Box,output,prod*,,box:product,volume,m^3,
Box,output,nowhere,,box,nothing,kg,
''',
    'cases/first.csv': '''case_id,solver,input_name,input_value,input_unit,output_name,output_value,output_unit
one,Box,edge,2,m,,,
one,Box,form,cube,name,,,
one,Box,colour,red,name,,,
one,Box,a,3,1,,,
one,Box,b,4,1,,,
one,Box,,,,mass_g,16000,g
one,Box,,,,light,1,bool
one,Box,,,,left,8.000001,kg
one,Box,,,,wait,inf,s
one,Box,,,,product,216,m^3
two,Box,edge,3,m,,,
two,Box,form,flat,name,,,
two,Box,,,,mass_g,18000,g
two,Box,,,,light,0,bool
two,Box,,,,wait,5,s
two,Box,,,,left,9.0001,kg
two,Box,,,,nowhere,9,kg
three,Box.half,edge,3,m,,,
three,Box.half,lid,1,bool,,,
three,Box.half,,,,mass_g,27000,g
three,Box.half,,,,left,1,kg
four,Box,edge,101,m,,,
four,Box,,,,mass_g,1,g
seven,Box,edge,1,m,,,
seven,Box,,,,mass_g,2000,g
five,Ball,edge,1,m,,,
five,Ball,,,,mass_g,1,g
six,Ball,,,,mass_g,1,g
''',
    'cases/second.csv': '''case_id,topic,formula,kind,rho,c,N,q,inputs,closed_form
A,a,Box.half,exact,,,,,edge=2;form=flat,1
B,a,Box,wrong,,,,,edge=2,5
''',
}
SAID = '''first                8 of    16 outputs agree   50.0 %
second               0 of     1 outputs agree    0.0 %
first Box.half: the input lid has no row in the map (1 cases)
first two Box light: expected 0, ours 1
first two Box wait: expected 5, ours is missing: 1 [s] / share with share = 0 %
first two Box left: expected 9.0001, ours 9, -0.001111 %
first two Box nowhere: the sheet has no such cell
first Box.half left: no row in the map
first four Box mass_g: box refused: range: 101 m is outside 0..100
first Ball mass_g: no row in the map (2 times)
second Box.half closed_form: no row in the map
8 of 17 outputs agree
'''
failures = []
passes = []


def check(name, good, about=''):
    (passes if good else failures).append(name)
    if not good:
        print('FAIL %s: %s' % (name, about))


def small(program):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
        call = [sys.executable, golden_run.__file__, program, os.path.join(folder, 'cases'), '--map',
                os.path.join(folder, 'map.csv'), '--templates', folder]
        done = subprocess.run(call, capture_output=True, text=True, timeout=60)
        check('the small folder', done.stdout == SAID, 'found\n%s%s' % (done.stdout, done.stderr))
        done = subprocess.run(call[:2] + ['x', 'nowhere.csv'], capture_output=True, text=True, timeout=60)
        check('no such path', done.returncode == 1 and 'nowhere.csv: no such file' in done.stderr, done)


def counts(program, shared):
    """{family: (agreed, all)} of the cases of the shared folder; the runner's lines, too."""
    cases = [case for name in ('reference', 'tail.csv')
             for case in golden_run.cases_of(os.path.join(shared, 'golden', name))]
    map_ = golden_run.Map(golden_run.MAP)
    deviations, found = golden_run.judge(program, cases, map_, [])
    golden_run.report(cases, map_, deviations, found, False)
    for case in cases:
        if all(map_.output(case.solver, one) for one in case.outputs):
            unread = map_.unread(case)
            check('%s: every input has a row' % case.name, not unread, ' '.join(unread))
    return found


def main():
    program, shared = sys.argv[1:3]
    small(program)
    if os.path.isdir(os.path.join(shared, 'golden', 'reference')):
        found = counts(program, shared)
        if '--write' in sys.argv[3:]:
            with open(AGREED, 'w', newline='', encoding='utf-8') as file:
                writer = csv.writer(file, lineterminator='\n')
                writer.writerow(('family', 'agreed', 'all'))
                writer.writerows((family, *count) for family, count in found.items())
        for row in golden_run.read(AGREED):
            agreed, total = found.get(row['family'], (0, 0))
            check('%s: %s agreed' % (row['family'], row['agreed']),
                  agreed >= int(row['agreed']) and total == int(row['all']), 'now %d of %d' % (agreed, total))
    print('%d passed, %d failed' % (len(passes), len(failures)))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
