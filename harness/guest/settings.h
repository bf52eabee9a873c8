/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compare the settings that the domain of a device uses with those that the run asks for. */
#ifndef BL_GUEST_SETTINGS_H
#define BL_GUEST_SETTINGS_H

#include "guest/outcome.h"

/**
 * guest_check_settings() - compare the domain's settings with the request
 * @r: the run; fails if a setting differs or is not shown. guest.json gets the domain's
 *     settings as "domain". The stock module shows none, and is not checked.
 *
 * The attributes in sysfs say what was chosen. The module's file "settings" in debugfs says
 * what the domain uses. A choice that never reaches the domain would be measured under the
 * wrong label. Call it when the device has its domain, after vdpa dev add.
 *
 * Return: 0, or a negative errno.
 */
int guest_check_settings(struct guest_run *r);

/**
 * settings_differ() - compare settings as the module prints them with a request
 * @text: lines "NAME VALUE"; is changed
 * @op: the request: strategy, the axes that it names, page_order, bounce_mb
 * @domain: gets the settings as members
 *
 * Return: NULL, or what differs first; the caller frees it.
 */
char *settings_differ(char *text, const json_t *op, json_t *domain);

#endif
