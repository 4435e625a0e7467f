import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/** How often each key came: a count in RocksDB, with a changelog. The argument is the number of stream threads. */
public final class KeyedCount {
  private static final JsonFactory JSON = new JsonFactory();
  private static final AtomicLong firstAt = new AtomicLong();
  private static final AtomicLong lastAt = new AtomicLong();
  private static final AtomicLong records = new AtomicLong();
  private static final AtomicLong bytes = new AtomicLong();
  private static final CountDownLatch through = new CountDownLatch(1);

  public static void main(String[] arguments) throws InterruptedException {
    long awaited = Long.parseLong(task("RECORDS"));
    KafkaStreams streams = new KafkaStreams(topology(awaited).build(), properties(arguments[0]));
    streams.start();
    through.await();
    streams.close(); // commits: what the cache holds goes to the store and to the changelog
    System.out.printf(
        "{\"first_at\": %s, \"last_at\": %s, \"records\": %d, \"value_bytes\": %d}%n",
        firstAt.get() / 1e3, lastAt.get() / 1e3, records.get(), bytes.get());
  }

  private static StreamsBuilder topology(long awaited) {
    // The changelog's records would carry the times of the events; the bench wants the broker's.
    Materialized<String, Long, KeyValueStore<Bytes, byte[]>> counts =
        Materialized.<String, Long>as(Stores.persistentKeyValueStore("counts"))
            .withKeySerde(Serdes.String())
            .withValueSerde(Serdes.Long())
            .withLoggingEnabled(Map.of("message.timestamp.type", "LogAppendTime"));
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(task("TOPIC"), Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .aggregate(
            () -> 0L,
            (key, value, count) -> {
              read(value);
              saw(value, awaited);
              return count + 1;
            },
            counts);
    return builder;
  }

  private static void saw(byte[] value, long awaited) {
    firstAt.compareAndSet(0, System.currentTimeMillis());
    bytes.addAndGet(value.length);
    if (records.incrementAndGet() == awaited) {
      lastAt.set(System.currentTimeMillis());
      through.countDown();
    }
  }

  /** Reads all of the JSON, and builds nothing of it: the cheapest way there is. */
  private static void read(byte[] value) {
    try (JsonParser parser = JSON.createParser(value)) {
      while (parser.nextToken() != null) {}
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static Properties properties(String threads) {
    Properties chosen = new Properties();
    chosen.put("application.id", task("APP"));
    chosen.put("bootstrap.servers", task("KAFKA"));
    chosen.put("state.dir", task("FOLDER"));
    chosen.put("auto.offset.reset", "earliest");
    chosen.put("replication.factor", "1");
    chosen.put("num.stream.threads", threads);
    // Larger than the defaults, which are for low latency.
    chosen.put("consumer.max.poll.records", "2000");
    chosen.put("producer.linger.ms", "20");
    chosen.put("commit.interval.ms", "3000");
    return chosen;
  }

  private static String task(String name) {
    return System.getenv("BENCH_" + name);
  }
}
