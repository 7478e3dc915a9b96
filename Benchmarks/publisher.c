/* publisher PORT COUNT PLUGS RATE FIRST: publishes COUNT plug messages at QoS 1 and waits for their acknowledgements.
 *
 * Each message is what a Zigbee2MQTT plug sends, with three readings and a time one second after its last. RATE is in
 * messages per second, 0 for as fast as the broker takes them. FIRST numbers the first message, so that a second call
 * goes on where the first ended.
 */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static volatile long acknowledged;

static void on_publish(struct mosquitto *session, void *unused, int id) {
    (void)session, (void)unused, (void)id;
    acknowledged++;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 6) return 2;
    long wanted = atol(arguments[2]), plugs = atol(arguments[3]), number = atol(arguments[5]);
    double rate = atof(arguments[4]), start = seconds();
    /* A backlog begins so early that its last message is a minute old: nothing of it lies in the future. */
    long long turns = (number + wanted) / plugs + 60;
    long long base = (long long)time(NULL) * 1000 - (rate == 0 ? (turns > 3600 ? turns : 3600) * 1000 : 0);
    mosquitto_lib_init();
    struct mosquitto *session = mosquitto_new(NULL, true, NULL);
    mosquitto_publish_callback_set(session, on_publish);
    mosquitto_max_inflight_messages_set(session, 1000);
    if (mosquitto_connect(session, "127.0.0.1", atoi(arguments[1]), 60)) return 1;
    mosquitto_loop_start(session);
    for (long sent = 0; sent < wanted; sent++, number++) {
        long plug = number % plugs, turn = number / plugs;
        char topic[64], payload[256];
        long long at = rate == 0 ? base + turn * 1000 + plug * 5 : (long long)time(NULL) * 1000 + (number % 1000);
        snprintf(topic, sizeof topic, "zigbee2mqtt/plug-%03ld", plug);
        int length = snprintf(
            payload, sizeof payload,
            "{\"energy\":%.3f,\"last_seen\":%lld,\"linkquality\":null,\"power\":%.1f,\"state\":\"ON\",\"temperature\":%.2f}",
            100 + plug + turn * 0.001, at, 40 + (number * 7919 % 200) / 10.0, 20 + (number * 104729 % 300) / 100.0);
        if (rate > 0) {
            double wait = start + sent / rate - seconds();
            if (wait > 0) usleep(wait * 1e6);
        }
        while (sent - acknowledged > 4000) usleep(200);
        if (mosquitto_publish(session, NULL, topic, length, payload, 1, false)) return 1;
    }
    while (acknowledged < wanted) usleep(500);
    printf("{\"published\":%ld,\"per_second\":%.0f}\n", wanted, wanted / (seconds() - start));
    mosquitto_disconnect(session);
    mosquitto_loop_stop(session, false);
    return 0;
}
