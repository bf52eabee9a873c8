# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the figures of traces. They run in DIR/figures of a traced campaign, read
# DIR/trace-*.csv, and have loaded trace.gp there:
#	WIDTH			inches
#	EMULATED		text for the names of axes, or ''
#	NOISE			lines that mark the trace of a busy host; NOISE_LINES is their number
#	LABELS, NAMES		what is shown: as the files have it, and as the figure calls it
#	STAGES			names
#	LOCKS, LOCK_NAMES	those with the longest waits and holds, as LABELS and NAMES
#	WAITS, HOLDS		1: they were collected; WAITED 1: some task waited
#	MEAN			us per I/O, of label i and stage k at (i - 1) * |STAGES| + k
#	FIRST_TOUCH, END	ms, the largest of all labels
#	PEAK			KiB of bounce pages, the largest of all labels
# A script sets legend ('lines', 'points' or '') before it loads this, then height from head,
# and then loads page.gp and legend.gp.

n = |LABELS|

# Colours by Okabe and Ito; in grey the dashes and the shapes differ.
array COLOUR = ['#000000', '#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#7f7f7f']
array SHAPE = [7, 9, 5, 11, 6, 8, 4, 10]
array DASH = [1, 2, 4, 5, 3, 1, 2, 4]
nth(i) = (i - 1) % |COLOUR| + 1

# The legend stands above the panels, in as many lines as it needs.
array LEGEND_X[n]
array LEGEND_LINE[n]
x = 0.12
line = 0
do for [i = 1:n] {
	wide = 0.46 + 0.058 * strlen(NAMES[i])
	if (x + wide > WIDTH && x > 0.12) { x = 0.12; line = line + 1 }
	LEGEND_X[i] = x
	LEGEND_LINE[i] = line
	x = x + wide
}
legend_top = 0.12 + 0.15 * NOISE_LINES
head = legend_top + (legend eq '' ? 0 : 0.15 * (line + 1))

longest = 4
do for [i = 1:n] { if (strlen(NAMES[i]) > longest) { longest = strlen(NAMES[i]) } }
names_width = 0.2 + 0.062 * longest
