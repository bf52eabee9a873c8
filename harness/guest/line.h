/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line to the host: the second serial port, with one JSON object on each line. */
#ifndef BL_GUEST_LINE_H
#define BL_GUEST_LINE_H

#include "guest/outcome.h"

/**
 * guest_line_open() - open the line to the host
 *
 * Return: a stream of the host's requests, or NULL after a message.
 */
FILE *guest_line_open(void);

/**
 * guest_send() - send one message to the host
 * @msg: the message; its reference is taken over. NULL sends nothing.
 *
 * Without an open line, or after an error of it, the message is lost: there is nobody to
 * tell.
 */
void guest_send(json_t *msg);

/**
 * guest_send_stage() - tell the host which stage the run has come to
 * @r: the run
 * @stage: the stage's name
 * @job: the job that the stage is about, or NULL
 */
void guest_send_stage(const struct guest_run *r, const char *stage, const char *job);

#endif
