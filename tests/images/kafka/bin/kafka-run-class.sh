#!/bin/sh
# Runs a class of Kafka's: kafka-run-class.sh CLASS [ARGUMENT]...
# shellcheck disable=SC2086 # These are several options each.
exec java ${KAFKA_HEAP_OPTS:--Xmx256m} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC} ${KAFKA_OPTS:-} \
    -Dlog4j2.configurationFile="${KAFKA_LOG4J_FILE:-/opt/kafka/config/tools-log4j2.yaml}" -cp '/opt/kafka/libs/*' "$@"
