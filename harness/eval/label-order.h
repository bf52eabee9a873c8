/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order in which tables and figures show strategies: by mechanism, so that those that
 * differ in one thing stand side by side. The one list of it is in label-order.c.
 */
#ifndef BL_LABEL_ORDER_H
#define BL_LABEL_ORDER_H

/**
 * label_order_rank() - return the place of a strategy
 * @strategy: its name; one that the list does not have comes behind the listed ones of its
 *            family, which is the name up to the first "-", or else behind all others
 *
 * Return: a number that grows in the order; strategies of one family may share it.
 */
unsigned int label_order_rank(const char *strategy);

/*
 * Compare two labels, each with its strategy, as qsort() wants it: by the place of the strategy,
 * then by the text of the label.
 */
int label_order_compare(const char *strategy_a, const char *label_a, const char *strategy_b,
			const char *label_b);

#endif
