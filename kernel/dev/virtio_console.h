/*
 * The inside of the virtio console driver (virtio 1.2, 5.3).
 *
 *   virtio_console.c  the device: control messages, ports that come and go
 *   virtio_port.c     a port's buffers and queues; files of generic ports
 *   virtio_hvc.c      console ports as serial ports: hvc0...
 *
 * Locks: port->lock (irq-safe spinlock) guards a port's queues, buffers and
 * state; console->lock (irq-safe) the control queues; ports_lock (mutex) the
 * list of ports. read_mutex and write_mutex keep the bytes of two readers or
 * writers of one port apart; they come before port->lock.
 */
#ifndef DEV_VIRTIO_CONSOLE_H
#define DEV_VIRTIO_CONSOLE_H

#include "core/device.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/time.h"
#include "core/wait.h"
#include "dev/serial_port.h"
#include "dev/virtio.h"
#include "lib/ring.h"

#define PORT_NAME_MAX     63
#define PORT_RX_BUFFERS   16 /* at most: a port begins with fewer */
#define PORT_RX_FIRST     4
#define PORT_TX_BUFFERS   4
#define PORT_RX_SIZE      4096u
#define PORT_TX_ORDER     2 /* pages of a buffer of a generic port */
#define VPORT_MAJOR       243
#define VPORTS_PER_DEVICE 512
#define HVC_MAJOR         229
#define HVC_RING          4096

struct vconsole {
    struct virtio_device *device;
    u32 number;
    spinlock_t lock; /* control queues */
    struct virtqueue *control_in, *control_out;
    struct work work;      /* control messages, configuration */
    atomic_t config_dirty; /* the window size may have changed */
    u32 max_ports;
    bool multiport;
};

struct port_buffer {
    struct list_head link;
    u8 *data;
    u32 size, length, offset;
};

struct hvc;

struct port {
    struct list_head link; /* ports_lock */
    struct vconsole *console;
    u32 id;
    spinlock_t lock;
    struct virtqueue *in, *out;
    struct list_head filled;    /* of port_buffer, from the host, in order */
    struct list_head empty;     /* to send with */
    u32 rx_buffers, tx_buffers; /* that exist; they stay with the port */
    unsigned tx_order;          /* pages of one to send with, a power of 2 */
    u32 with_host;              /* of rx_buffers */
    bool starved; /* the host had no buffer left: the reader makes more */
    bool host_open, guest_open, gone;
    u32 sending; /* bytes on their way */
    mutex_t read_mutex, write_mutex;
    struct wait_queue readable, writable;
    struct hvc *hvc; /* a console; set once */
    struct device node;
    char node_name[16], name[PORT_NAME_MAX + 1], alias[PORT_NAME_MAX + 16];
};

/* virtio_console.c */
int vconsole_send_control(struct vconsole *c, u32 id, u16 event, u16 value);

/* virtio_port.c */
struct port *port_create(struct vconsole *c, u32 id); /* NULL: no memory */
/* Its first buffers, and no more than those to send with; -ENOMEM. */
int port_allocate(struct port *p, unsigned tx_order, u32 tx_buffers);
void port_callback_in(struct port *p); /* queue interrupts */
void port_callback_out(struct port *p);
/* With p->lock held: take back what was sent; true if there is an empty one. */
bool port_reclaim(struct port *p);
/* Send a filled buffer / give an emptied one to the host; p->lock held. */
void port_send(struct port *p, struct port_buffer *b);
void port_refill(struct port *p, struct port_buffer *b);
void port_publish(struct port *p);
void port_remove(struct port *p);

/* virtio_hvc.c */
void hvc_create(struct port *p);
void hvc_input(struct port *p);
void hvc_output_possible(struct port *p);
void hvc_resize(struct port *p, u16 rows, u16 columns);

#endif
