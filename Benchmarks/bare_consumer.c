/* bare_consumer PORT CLIENT COUNT: the least that can be done with a backlog.
 *
 * With COUNT 0 it makes a persistent session, subscribes and leaves. Otherwise it takes COUNT messages at QoS 1 with the
 * same window as the gateway, does nothing with them, and prints one JSON line: messages per second from the first to
 * the last, its own CPU seconds per 100,000 messages, and its greatest memory in kilobytes.
 */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static long wanted, taken;
static double first, last;

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void on_message(struct mosquitto *session, void *unused, const struct mosquitto_message *message,
                       const mosquitto_property *properties) {
    (void)unused, (void)message, (void)properties;
    if (taken++ == 0) first = seconds();
    if (taken == wanted) {
        last = seconds();
        mosquitto_disconnect(session);
    }
}

static void on_connect(struct mosquitto *session, void *unused, int code, int flags, const mosquitto_property *properties) {
    (void)unused, (void)flags, (void)properties;
    if (code != 0) exit(2);
    if (wanted == 0) mosquitto_subscribe(session, NULL, "zigbee2mqtt/#", 1);
}

static void on_subscribe(struct mosquitto *session, void *unused, int id, int count, const int *granted,
                         const mosquitto_property *properties) {
    (void)unused, (void)id, (void)count, (void)granted, (void)properties;
    mosquitto_disconnect(session);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    wanted = atol(arguments[3]);
    mosquitto_lib_init();
    struct mosquitto *session = mosquitto_new(arguments[2], false, NULL);
    mosquitto_int_option(session, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(session, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_int_option(session, MOSQ_OPT_RECEIVE_MAXIMUM, 800);
    mosquitto_message_v5_callback_set(session, on_message);
    mosquitto_connect_v5_callback_set(session, on_connect);
    mosquitto_subscribe_v5_callback_set(session, on_subscribe);
    mosquitto_property *properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 0xFFFFFFFF);
    mosquitto_property_add_int16(&properties, MQTT_PROP_RECEIVE_MAXIMUM, 800);
    if (mosquitto_connect_bind_v5(session, "127.0.0.1", atoi(arguments[1]), 60, NULL, properties)) return 1;
    mosquitto_loop_forever(session, -1, 1);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    if (wanted > 0) {
        double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
        printf("{\"messages\":%ld,\"per_second\":%.0f,\"cpu_s_per_100k\":%.3f,\"memory_kb\":%ld}\n", taken,
               (taken - 1) / (last - first), cpu * 1e5 / taken, usage.ru_maxrss);
    }
    return 0;
}
