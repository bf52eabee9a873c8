# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by both figures: one panel per job, one row per label, the repetitions as
# dots below the estimate and its interval. The script that loads this has loaded
# figure.gp and set
#	fmt, name		svg, pdf or png; the output's name without that
#	TITLE, XLABEL, CAPTION	texts; the caption is an array of lines
#	POINT			column of points.csv
#	MID, LOW, HIGH		columns of medians.csv
#	SCALE			divides all of these
#	FAR, lo, hi		1: a value outside lo..hi becomes a number at the rim
#	NOTE_X			place of the reason in a row without data
#	DOT			text of the dot in the legend
#	PREPARE			commands to draw behind each panel
# and runs in the directory of points.csv and medians.csv.

n_jobs = |JOBS|
n_labels = |LABELS|

# --- size of everything, in inches ------------------------------------------
longest = 8
do for [i = 1:n_labels] {
	if (strlen(LABELS[i]) > longest) { longest = strlen(LABELS[i]) }
}
left = 0.34 + 0.062 * longest
right = 0.12
gap_x = 0.14
gap_y = 0.50
row_height = 0.185
head = 0.74
foot = 0.50 + 0.135 * |CAPTION|
while (COLUMNS > 1 && (WIDTH - left - right - gap_x * (COLUMNS - 1)) / COLUMNS < 1.15) {
	COLUMNS = COLUMNS - 1
}
rows = int(ceil(1.0 * n_jobs / COLUMNS))
panel_w = (WIDTH - left - right - gap_x * (COLUMNS - 1)) / COLUMNS
panel_h = row_height * n_labels
height = head + rows * panel_h + (rows - 1) * gap_y + foot

# --- terminal -----------------------------------------------------------------
# All three draw text of 7.5 points (small: 6.8), which svg calls 10 pixels.
# pdfcairo takes an inch to have 96 points, which its scale corrects. png is for the
# screen, at twice the size.
pixels = 96.0
if (fmt eq 'svg') {
	set terminal svg size WIDTH * pixels, height * pixels noenhanced \
		background rgb 'white' font 'DejaVu Sans,Helvetica,sans-serif,10' linewidth 1
	small = ',9'; big = ',11.5'; dot = 0.25; mark = 0.48; drop = -0.3
}
if (fmt eq 'pdf') {
	set terminal pdfcairo size WIDTH in, height in noenhanced fontscale 0.75 \
		font 'DejaVu Sans,7.5' linewidth 1 background rgb 'white'
	small = ',6.8'; big = ',8.6'; dot = 0.28; mark = 0.58; drop = -0.15
}
if (fmt eq 'png') {
	set terminal pngcairo size WIDTH * 2 * pixels, height * 2 * pixels noenhanced \
		fontscale 2 font 'DejaVu Sans,7.5' linewidth 2 background rgb 'white'
	small = ',6.8'; big = ',8.6'; dot = 0.54; mark = 1.08; drop = -0.15
}
set output name . '.' . fmt

# --- how each verdict looks -----------------------------------------------------
# Colours by Okabe and Ito, which colour-blind readers tell apart; in grey the shapes differ.
array WORD = ['baseline', 'faster', 'slower', 'same', 'inconclusive']
array COLOUR = ['#000000', '#0072B2', '#D55E00', '#000000', '#595959']
array SHAPE = [5, 9, 11, 7, 6]
dots = '#8c8c8c'

set datafile separator ','
set style fill solid 1.0 noborder
unset key
set border 1 lc rgb '#404040' lw 0.7
set tics nomirror scale 0.5 font small
set grid xtics ytics lt 1 lw 0.4 lc rgb '#dedede'
set yrange [-n_labels - 0.02:0.02]
y_of(i) = -i - 0.5
up = 0.17
down = 0.24

screen_x(inch) = inch / WIDTH
screen_y(inch) = 1 - inch / height

set multiplot
# --- texts around the panels ------------------------------------------------------
set label 1001 TITLE at screen screen_x(0.1), screen screen_y(0.17) left font big
x = 0.2
do for [k = 1:|WORD|] {
	set label 1010 + k WORD[k] at screen screen_x(x), screen screen_y(0.40) left \
		offset 1.1, drop point pt SHAPE[k] ps mark lc rgb COLOUR[k] font small
	x = x + 0.36 + 0.056 * strlen(WORD[k])
}
set label 1020 DOT at screen screen_x(x), screen screen_y(0.40) left \
	offset 1.1, drop point pt 7 ps dot lc rgb dots font small
set label 1002 XLABEL at screen screen_x(left + (WIDTH - left - right) / 2), \
	screen screen_y(height - foot + 0.33) center
do for [k = 1:|CAPTION|] {
	set label 1030 + k CAPTION[k] at screen screen_x(0.1), \
		screen screen_y(height - foot + 0.38 + 0.135 * k) left font small \
		textcolor rgb '#303030'
}

# --- the panels ---------------------------------------------------------------------
do for [job = 0:n_jobs - 1] {
	column_ = job % COLUMNS
	row = job / COLUMNS
	x0 = left + column_ * (panel_w + gap_x)
	y0 = head + row * (panel_h + gap_y)
	set lmargin at screen screen_x(x0)
	set rmargin at screen screen_x(x0 + panel_w)
	set tmargin at screen screen_y(y0)
	set bmargin at screen screen_y(y0 + panel_h)
	set label 1 JOBS[job + 1] at graph 0.5, screen screen_y(y0 - 0.1) center
	set ytics () scale 0
	do for [i = 1:n_labels] { set ytics add ((column_ ? '' : LABELS[i]) y_of(i - 1)) }
	if (column_ == 0) {
		set label 2 'strategy' at screen screen_x(0.10), graph 0.5 center rotate by 90 font small
	}
	@PREPARE
	plot 'points.csv' skip 1 using \
		(column(1) == job ? column(POINT) / SCALE : NaN):(y_of(column(2)) - down) \
		with points pt 7 ps dot lc rgb dots, \
	     for [k = 1:|WORD|] 'medians.csv' skip 1 using \
		(column(1) == job && strcol(5) eq WORD[k] ? column(LOW) / SCALE : NaN) \
		:(y_of(column(2)) + up):((column(HIGH) - column(LOW)) / SCALE):(0) \
		with vectors nohead lw 1.6 lc rgb COLOUR[k], \
	     'medians.csv' skip 1 using \
		(column(1) == job && strcol(5) eq 'inconclusive' ? column(MID) / SCALE : NaN) \
		:(y_of(column(2)) + up) with points pt 7 ps mark lc rgb 'white', \
	     for [k = 1:|WORD|] 'medians.csv' skip 1 using \
		(column(1) == job && strcol(5) eq WORD[k] ? column(MID) / SCALE : NaN) \
		:(y_of(column(2)) + up) with points pt SHAPE[k] ps mark lc rgb COLOUR[k], \
	     'medians.csv' skip 1 using (NOTE_X) \
		:(column(1) == job && (strcol(5) eq 'no data' || strcol(5) eq 'unverified') ? \
		y_of(column(2)) : NaN):(strcol(5)) with labels left offset 0.5, 0 font small \
		textcolor rgb '#595959', \
	     'medians.csv' skip 1 using (lo) \
		:(FAR && column(1) == job && column(MID) < lo ? y_of(column(2)) : NaN) \
		:(sprintf('◂ %.2f', column(MID))) with labels left offset 0.2, 0 font small, \
	     'medians.csv' skip 1 using (hi) \
		:(FAR && column(1) == job && column(MID) > hi ? y_of(column(2)) : NaN) \
		:(sprintf('%.2f ▸', column(MID))) with labels right offset -0.2, 0 font small
	# The words need no second drawing.
	if (job == 0) { do for [k = 1001:1099] { unset label k } }
	unset label 2
	unset object 1
	unset arrow 1
}
unset multiplot
unset output
