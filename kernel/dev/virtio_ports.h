/*
 * virtio-console's generic ports: /dev/vportNpM, which programs find by the
 * name that the host gave them.
 */
#ifndef DEV_VIRTIO_PORTS_H
#define DEV_VIRTIO_PORTS_H

struct virtio_port_facts {
    char device[16]; /* "vport0p1" */
    char name[64];   /* "" if it has none */
    unsigned major, minor;
};
/* fn for each port, consoles left out: /sys/class/virtio-ports. May sleep. */
void virtio_ports_for_each(void (*fn)(void *ctx,
                                      const struct virtio_port_facts *f),
                           void *ctx);
/* Told of each port that comes later. One listener; may sleep. */
void virtio_ports_set_listener(void (*added)(void *ctx,
                                             const struct virtio_port_facts *));

#endif
