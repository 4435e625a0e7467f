"""The contestants, a file each."""

from bench.contestant import Contestant
from bench.contestants.bare_count import BareCount
from bench.contestants.bytewax import Bytewax
from bench.contestants.confluent_kafka import ConfluentKafka
from bench.contestants.kafka_streams import KafkaStreams, KafkaStreamsOnTwo
from bench.contestants.quix_streams import QuixStreams
from bench.contestants.stock_faust import StockCount, StockWholeJob
from bench.contestants.worker import TwoWorkers, WholeJob, WholeJobOfFirst

CONTESTANTS: tuple[Contestant, ...] = (
    WholeJob(),
    BareCount(),
    StockWholeJob(),
    StockCount(),
    QuixStreams(),
    KafkaStreams(),
    Bytewax(),
    ConfluentKafka(),
    KafkaStreamsOnTwo(),
    TwoWorkers(),
    WholeJobOfFirst(),
)
