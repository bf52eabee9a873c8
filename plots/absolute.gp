# SPDX-License-Identifier: GPL-2.0-or-later
#
# IOPS of every label and job as they were measured.
# Use: gnuplot -c PATH/plots/absolute.gp [svg|pdf|png], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'figure.gp'

name = 'absolute'
TITLE = 'IOPS of each strategy' . EMULATED
SCALE = IOPS_MAX < 10000 ? 1 : 1000
XLABEL = SCALE == 1 ? 'IOPS (I/O per second)' : 'IOPS (thousand I/O per second)'
array CAPTION[|ABSOLUTE_CAPTION|]
do for [k = 1:|CAPTION|] { CAPTION[k] = ABSOLUTE_CAPTION[k] }
POINT = 6; MID = 6; LOW = 7; HIGH = 8
NOTE_X = 0
FAR = 0; lo = 0; hi = 0
DOT = 'one device'

set format x '%g'
set xrange [0:IOPS_MAX * 1.05 / SCALE]
PREPARE = ''
load here . 'panels.gp'
