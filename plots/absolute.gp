# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every label and job as it was measured: IOPS or, where the clock counts instructions,
# instructions per I/O.
# Use: gnuplot -c PATH/plots/absolute.gp [svg|pdf|png|tikz], in a figures/ directory.

fmt = ARGC > 0 ? ARG1 : 'svg'
here = ARG0
while (strlen(here) > 0 && here[strlen(here):] ne '/') { here = here[1:strlen(here) - 1] }
load 'figure.gp'

name = 'absolute'
array AXIS[|ABSOLUTE_AXIS|]
do for [k = 1:|AXIS|] { AXIS[k] = ABSOLUTE_AXIS[k] }
if (INSNS) { POINT = 8; MID = 12; LOW = 13; HIGH = 14 } else { POINT = 6; MID = 6; LOW = 7; HIGH = 8 }
NOTE_X = 0
FAR = 0; lo = 0; hi = 0
DOT = 'one device'

set format x '%g'
set xrange [0:MOST * 1.05 / SCALE]
# As many ticks as have room, so that their numbers do not touch.
step = 10 ** floor(log10(MOST / SCALE))
while (MOST / SCALE / step < 2) { step = step / 2 }
while (MOST / SCALE / step > PANEL_WIDTH / 0.35) { step = step * 2 }
set xtics step
PREPARE = ''
load here . 'panels.gp'
