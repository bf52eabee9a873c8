# SPDX-License-Identifier: GPL-2.0-or-later
#
# Draws what stands above the panels of a trace's figure: the mark of a busy host and, as legend says,
# the names of the labels with their 'lines' or 'points'.

do for [k = 1:NOISE_LINES] {
	set label 1000 + k printed(NOISE[k]) at screen screen_x(0.12), screen screen_y(0.15 * k - 0.04) left \
		textcolor rgb '#D55E00' font small
}
do for [i = 1:n] {
	place = screen_y(legend_top + 0.15 * LEGEND_LINE[i])
	if (legend eq 'lines') {
		set arrow 1000 + i from screen screen_x(LEGEND_X[i]), screen place \
			to screen screen_x(LEGEND_X[i] + 0.26), screen place nohead \
			lw 1.6 dt DASH[nth(i)] lc rgb COLOUR[nth(i)]
		set label 1050 + i printed(NAMES[i]) at screen screen_x(LEGEND_X[i] + 0.31), screen place \
			left font small
	}
	if (legend eq 'points') {
		set label 1050 + i printed(NAMES[i]) at screen screen_x(LEGEND_X[i]), screen place left \
			offset 1.2, drop point pt SHAPE[nth(i)] ps mark lc rgb COLOUR[nth(i)] font small
	}
}
unset key
set border 3
