# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by the figures relative and absolute: one panel per job, one row per label, the
# repetitions as dots below the estimate and its interval. The script that loads this has loaded
# figure.gp and set
#	fmt, name		as page.gp wants them
#	AXIS			lines of text under the panels
#	POINT			column of points.csv
#	MID, LOW, HIGH		columns of medians.csv
#	SCALE			divides all of these
#	FAR, lo, hi		1: a value outside lo..hi becomes a number at the rim
#	NOTE_X			place of the reason in a row without data
#	DOT			text of the dot in the legend
#	PREPARE			commands to draw behind each panel
# and runs in the directory of points.csv and medians.csv. Captions are not drawn: they are in
# relative.txt and absolute.txt.

n_jobs = |JOBS|
n_labels = |LABELS|

# --- the legend, in as many lines as it needs ---------------------------------
# Colours by Okabe and Ito, which colour-blind readers tell apart; in grey the shapes differ.
array WORD = ['baseline', 'faster', 'slower', 'same', 'inconclusive', 'unverified']
array COLOUR = ['#000000', '#0072B2', '#D55E00', '#000000', '#595959', '#595959']
array SHAPE = [5, 9, 11, 7, 6, 12]
dots = '#8c8c8c'
UNSAFE_WORD = '* unsafe'

# Only what the figure has stands in the legend.
n_words = |WORD|
array AT_X[n_words + 2]
array AT_LINE[n_words + 2]
entry(k) = k <= n_words ? WORD[k] : k == n_words + 1 ? DOT : UNSAFE_WORD
has_entry(k) = k <= n_words ? strstrt(VERDICTS, ' ' . WORD[k] . ' ') > 0 : k == n_words + 1 ? 1 : UNSAFE
x = 0.12
line = 0
do for [k = 1:n_words + 2] {
	if (has_entry(k)) {
		wide = 0.32 + 0.058 * strlen(entry(k))
		if (x + wide > WIDTH && x > 0.12) { x = 0.12; line = line + 1 }
		AT_X[k] = x
		AT_LINE[k] = line
		x = x + wide
	}
}

# --- size of everything, in inches ----------------------------------------------
gap_x = 0.14
gap_y = 0.50
row_height = 0.185
head = 0.50 + 0.15 * line
foot = 0.32 + 0.14 * |AXIS|
rows = int(ceil(1.0 * n_jobs / COLUMNS))
panel_h = row_height * n_labels
height = head + rows * panel_h + (rows - 1) * gap_y + foot
load here . 'page.gp'

set style fill solid 1.0 noborder
# Numbers at the rim cover the line of the baseline.
set style textbox opaque noborder margins 0.5, 0.2 fillcolor rgb 'white'
unset key
set border 1
set yrange [-n_labels - 0.02:0.02]
y_of(i) = -i - 0.5
# A label that is not drawn. gnuplot 5.4 crashes where the only row of a plot has NaN.
OUTSIDE = n_jobs * n_labels > 1 ? NaN : 9
up = 0.17
down = 0.24
# A row without a value has a word in its place.
has_note(job) = column(1) == job && (strcol(5) eq 'no data' || strcol(5) eq 'not run' || \
	(strcol(5) eq 'unverified' && strlen(strcol(MID)) == 0))
# A value beyond the axis, with its interval if it has one; narrow ones need a third decimal.
shown(m, l, h) = h > l ? sprintf(h - l < 0.02 ? '%.3f (%.3f..%.3f)' : '%.2f (%.2f..%.2f)', m, l, h) : \
	sprintf('%.2f', m)

set multiplot
# --- texts around the panels ------------------------------------------------------
do for [k = 1:n_words + 2] {
	if (has_entry(k)) {
		entry_text = printed(entry(k))
		place = screen_y(0.12 + 0.15 * AT_LINE[k])
		if (k <= n_words) {
			set label 1000 + k entry_text at screen screen_x(AT_X[k]), screen place left \
				offset 1.1, drop point pt SHAPE[k] ps mark lc rgb COLOUR[k] font small
		}
		if (k == n_words + 1) {
			set label 1000 + k entry_text at screen screen_x(AT_X[k]), screen place left \
				offset 1.1, drop point pt 7 ps dot lc rgb dots font small
		}
		if (k == n_words + 2) {
			set label 1000 + k entry_text at screen screen_x(AT_X[k]), screen place left \
				offset 1.1, 0 font small
		}
	}
}
do for [k = 1:|AXIS|] {
	set label 1010 + k printed(AXIS[k]) at screen 0.5, screen screen_y(height - foot + 0.22 + 0.14 * k) center
}

# --- the panels ---------------------------------------------------------------------
do for [job = 0:n_jobs - 1] {
	column_ = job % COLUMNS
	row = job / COLUMNS
	x0 = LEFT + column_ * (PANEL_WIDTH + gap_x)
	y0 = head + row * (panel_h + gap_y)
	set lmargin at screen screen_x(x0)
	set rmargin at screen screen_x(x0 + PANEL_WIDTH)
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set label 1 printed(JOBS[job + 1]) at graph 0.5, screen screen_y(y0 - 0.1) center
	set ytics () scale 0
	do for [i = 1:n_labels] { set ytics add ((column_ ? '' : printed(LABELS[i])) y_of(i - 1)) }
	@PREPARE
	plot 'points.csv' skip 1 using \
		(column(1) == job ? column(POINT) / SCALE : NaN):(y_of(column(2)) - down) \
		with points pt 7 ps dot lc rgb dots, \
	     for [k = 1:|WORD|] 'medians.csv' skip 1 using \
		(column(1) == job && strcol(5) eq WORD[k] ? column(LOW) / SCALE : NaN) \
		:(y_of(column(2)) + up):((column(HIGH) - column(LOW)) / SCALE):(0) \
		with vectors nohead lw 1.6 lc rgb COLOUR[k], \
	     'medians.csv' skip 1 using \
		(column(1) == job && (strcol(5) eq 'inconclusive' || strcol(5) eq 'unverified') ? column(MID) / SCALE : NaN) \
		:(y_of(column(2)) + up) with points pt 7 ps mark lc rgb 'white', \
	     for [k = 1:|WORD|] 'medians.csv' skip 1 using \
		(column(1) == job && strcol(5) eq WORD[k] ? column(MID) / SCALE : NaN) \
		:(y_of(column(2)) + up) with points pt SHAPE[k] ps mark lc rgb COLOUR[k], \
	     'medians.csv' skip 1 using (NOTE_X):(has_note(job) ? \
		y_of(column(2)) : OUTSIDE):(strcol(5)) with labels left offset 0.5, 0 font small \
		textcolor rgb '#595959', \
	     'medians.csv' skip 1 using (lo) \
		:(FAR && column(1) == job && column(MID) < lo ? y_of(column(2)) : OUTSIDE) \
		:(to_left . ' ' . shown(column(MID), column(LOW), column(HIGH))) \
		with labels @BOXED left offset 0.2, 0 font small, \
	     'medians.csv' skip 1 using (hi) \
		:(FAR && column(1) == job && column(MID) > hi ? y_of(column(2)) : OUTSIDE) \
		:(shown(column(MID), column(LOW), column(HIGH)) . ' ' . to_right) \
		with labels @BOXED right offset -0.2, 0 font small
	# The n_words need no second drawing.
	if (job == 0) { do for [k = 1001:1099] { unset label k } }
	unset object 1
	unset arrow 1
}
unset multiplot
unset output
