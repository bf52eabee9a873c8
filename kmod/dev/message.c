// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests to the daemon, which it reads from its device node and answers by
 * writing there.
 *
 * A request lives on its caller's stack.  Other code may access it only under the
 * queue's lock and while it is on a list, because its caller may give up at any other
 * time.  The code that removes it from the list for good completes it under the same lock.
 */
#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "dev/device.h"

#define BL_MSG_TIMEOUT	30	/* seconds, as the stock driver */

struct bl_msg {
	struct vduse_dev_request req;
	struct vduse_dev_response resp;
	struct list_head node;
	struct completion done;
	bool finished;
};

void bl_msg_init(struct bl_msgq *q)
{
	spin_lock_init(&q->lock);
	INIT_LIST_HEAD(&q->send);
	INIT_LIST_HEAD(&q->recv);
	init_waitqueue_head(&q->wait);
	q->timeout = BL_MSG_TIMEOUT;
}

static long bl_msg_patience(const struct bl_msgq *q)
{
	unsigned long seconds = READ_ONCE(q->timeout);

	if (!seconds || seconds >= MAX_SCHEDULE_TIMEOUT / HZ)
		return MAX_SCHEDULE_TIMEOUT;
	return seconds * HZ;
}

static void bl_msg_finish(struct bl_msg *msg)
{
	list_del(&msg->node);
	msg->finished = true;
	complete(&msg->done);
}

static void bl_msg_break_locked(struct bl_msgq *q)
{
	struct bl_msg *msg, *next;

	lockdep_assert_held(&q->lock);
	WRITE_ONCE(q->broken, true);
	list_splice_init(&q->recv, &q->send);
	list_for_each_entry_safe(msg, next, &q->send, node) {
		msg->resp.result = VDUSE_REQ_RESULT_FAILED;
		bl_msg_finish(msg);
	}
	wake_up_all(&q->wait);
}

void bl_msg_break(struct bl_dev *bl)
{
	spin_lock(&bl->msgq.lock);
	if (!bl->msgq.broken)
		bl_msg_break_locked(&bl->msgq);
	spin_unlock(&bl->msgq.lock);
}

void bl_msg_rewind(struct bl_dev *bl)
{
	spin_lock(&bl->msgq.lock);
	list_splice_init(&bl->msgq.recv, &bl->msgq.send);
	spin_unlock(&bl->msgq.lock);
}

static int bl_msg_call(struct bl_dev *bl, struct bl_msg *msg)
{
	struct bl_msgq *q = &bl->msgq;
	bool timed_out = false;
	long left;
	int ret;

	init_completion(&msg->done);

	spin_lock(&q->lock);
	if (q->broken) {
		spin_unlock(&q->lock);
		return -EIO;
	}
	msg->req.request_id = q->next_id++;
	list_add_tail(&msg->node, &q->send);
	wake_up(&q->wait);
	spin_unlock(&q->lock);

	left = wait_for_completion_killable_timeout(&msg->done, bl_msg_patience(q));

	spin_lock(&q->lock);
	if (!msg->finished) {
		list_del(&msg->node);
		msg->resp.result = VDUSE_REQ_RESULT_FAILED;
		timed_out = !left;
		if (timed_out)
			bl_msg_break_locked(q);
	}
	ret = msg->resp.result == VDUSE_REQ_RESULT_OK ? 0 : -EIO;
	spin_unlock(&q->lock);

	if (timed_out) {
		dev_warn(bl->dev, "the daemon did not answer request type %u within %u s, device is broken\n",
			 msg->req.type, READ_ONCE(q->timeout));
		bl_orphan_now(bl);
	}
	return ret;
}

/*
 * Make a request with no byte of the stack in it: the daemon reads all of it, and an
 * initialiser of one member of a union need not clear the others.
 */
static void bl_msg_begin(struct bl_msg *msg, u32 type)
{
	memset(msg, 0, sizeof(*msg));
	msg->req.type = type;
}

int bl_msg_set_status(struct bl_dev *bl, u8 status)
{
	struct bl_msg msg;

	bl_msg_begin(&msg, VDUSE_SET_STATUS);
	msg.req.s.status = status;
	return bl_msg_call(bl, &msg);
}

int bl_msg_update_iotlb(struct bl_dev *bl, u64 start, u64 last)
{
	struct bl_msg msg;

	bl_msg_begin(&msg, VDUSE_UPDATE_IOTLB);
	msg.req.iova.start = start;
	msg.req.iova.last = last;
	return bl_msg_call(bl, &msg);
}

int bl_msg_get_vq_state(struct bl_dev *bl, u16 index, struct vduse_vq_state *state)
{
	struct bl_msg msg;
	int ret;

	bl_msg_begin(&msg, VDUSE_GET_VQ_STATE);
	msg.req.vq_state.index = index;
	ret = bl_msg_call(bl, &msg);
	if (!ret)
		*state = msg.resp.vq_state;
	return ret;
}

static struct bl_msg *bl_msg_find(struct bl_msgq *q, u32 id)
{
	struct bl_msg *msg;

	list_for_each_entry(msg, &q->recv, node)
		if (msg->req.request_id == id)
			return msg;
	return NULL;
}

/* Copy the oldest request and move it to `recv`.  Return false if there is none. */
static bool bl_msg_take(struct bl_msgq *q, struct vduse_dev_request *req)
{
	struct bl_msg *msg;

	spin_lock(&q->lock);
	msg = list_first_entry_or_null(&q->send, struct bl_msg, node);
	if (msg) {
		*req = msg->req;
		list_move_tail(&msg->node, &q->recv);
	}
	spin_unlock(&q->lock);
	return msg;
}

static void bl_msg_untake(struct bl_msgq *q, u32 id)
{
	struct bl_msg *msg;

	spin_lock(&q->lock);
	msg = bl_msg_find(q, id);
	if (msg) {
		list_move(&msg->node, &q->send);
		wake_up(&q->wait);
	}
	spin_unlock(&q->lock);
}

ssize_t bl_msg_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct bl_dev *bl = iocb->ki_filp->private_data;
	struct bl_msgq *q = &bl->msgq;
	struct vduse_dev_request req;
	int ret;

	if (iov_iter_count(to) < sizeof(req))
		return -EINVAL;

	while (!bl_msg_take(q, &req)) {
		if (iocb->ki_filp->f_flags & O_NONBLOCK || iocb->ki_flags & IOCB_NOWAIT)
			return -EAGAIN;
		if (bl_broken(bl))
			return -EIO;
		ret = wait_event_interruptible_exclusive(q->wait,
							 !list_empty(&q->send) || bl_broken(bl));
		if (ret)
			return ret;
	}

	if (copy_to_iter(&req, sizeof(req), to) != sizeof(req)) {
		bl_msg_untake(q, req.request_id);
		return -EFAULT;
	}
	return sizeof(req);
}

ssize_t bl_msg_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct bl_dev *bl = iocb->ki_filp->private_data;
	struct bl_msgq *q = &bl->msgq;
	struct vduse_dev_response resp;
	struct bl_msg *msg;

	if (copy_from_iter(&resp, sizeof(resp), from) != sizeof(resp))
		return -EINVAL;
	if (!bl_all_zero(resp.reserved, sizeof(resp.reserved)))
		return -EINVAL;

	spin_lock(&q->lock);
	msg = bl_msg_find(q, resp.request_id);
	if (msg) {
		msg->resp = resp;
		bl_msg_finish(msg);
	}
	spin_unlock(&q->lock);

	return msg ? sizeof(resp) : -ENOENT;
}

__poll_t bl_msg_poll(struct file *file, struct poll_table_struct *wait)
{
	struct bl_dev *bl = file->private_data;
	struct bl_msgq *q = &bl->msgq;
	__poll_t mask = 0;

	poll_wait(file, &q->wait, wait);

	spin_lock(&q->lock);
	if (q->broken)
		mask |= EPOLLERR;
	if (!list_empty(&q->send))
		mask |= EPOLLIN | EPOLLRDNORM;
	if (!list_empty(&q->recv))
		mask |= EPOLLOUT | EPOLLWRNORM;
	spin_unlock(&q->lock);

	return mask;
}
