// Our reader of Sparkplug payloads against libprotobuf: what that writes is read alike, and what it refuses is refused.
#include "sparkplug_fixture.hpp"
#include "support/folders.hpp"
#include "telemetry/sparkplug/payload.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/unknown_field_set.h>
#include <limits>
#include <random>
#include <zlib.h>

namespace millwright::telemetry::sparkplug {
namespace {

namespace pb = google::protobuf;

/// The schema, as protoc describes it.
struct Schema {
    pb::DescriptorPool pool;
    pb::DynamicMessageFactory factory{&pool};
    const pb::Descriptor* payload = nullptr;

    Schema() {
        std::ifstream file{millwright::test::buildFolder() / "sparkplug_b.descriptors", std::ios::binary};
        pb::FileDescriptorSet description;
        if (!description.ParseFromIstream(&file) || description.file_size() != 1) return;
        if (const auto* built = pool.BuildFile(description.file(0))) payload = built->FindMessageTypeByName("Payload");
    }
    [[nodiscard]] std::unique_ptr<pb::Message> make() { return std::unique_ptr<pb::Message>{factory.GetPrototype(payload)->New()}; }
};

/// A message by the names of its fields.
struct Writer {
    pb::Message& message;
    [[nodiscard]] const pb::FieldDescriptor* field(const char* name) const {
        return message.GetDescriptor()->FindFieldByName(name);
    }
    Writer add(const char* name) const { return {*message.GetReflection()->AddMessage(&message, field(name))}; }
    Writer in(const char* name) const { return {*message.GetReflection()->MutableMessage(&message, field(name))}; }
    const Writer& u64(const char* name, std::uint64_t v) const {
        message.GetReflection()->SetUInt64(&message, field(name), v);
        return *this;
    }
    const Writer& u32(const char* name, std::uint32_t v) const {
        message.GetReflection()->SetUInt32(&message, field(name), v);
        return *this;
    }
    const Writer& flag(const char* name, bool v) const {
        message.GetReflection()->SetBool(&message, field(name), v);
        return *this;
    }
    const Writer& real(const char* name, double v) const {
        message.GetReflection()->SetDouble(&message, field(name), v);
        return *this;
    }
    const Writer& single(const char* name, float v) const {
        message.GetReflection()->SetFloat(&message, field(name), v);
        return *this;
    }
    const Writer& text(const char* name, std::string v) const {
        message.GetReflection()->SetString(&message, field(name), std::move(v));
        return *this;
    }
    const Writer& addText(const char* name, std::string v) const {
        message.GetReflection()->AddString(&message, field(name), std::move(v));
        return *this;
    }
    const Writer& addU32(const char* name, std::uint32_t v) const {
        message.GetReflection()->AddUInt32(&message, field(name), v);
        return *this;
    }
    [[nodiscard]] Writer metric(const char* name, DataType type) const {
        return add("metrics").text("name", name).u32("datatype", static_cast<std::uint32_t>(type));
    }
};

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span{text});
}

struct Played : Line {
    Schema schema;
    void send(pb::Message& message, std::string_view type = "NBIRTH") {
        host.receive("spBv1.0/G/" + std::string{type} + "/E", bytesOf(message.SerializeAsString()), now);
    }
    [[nodiscard]] Value value(const std::string& metric) const {
        const Sample* sample = sink.last("G/E/" + metric);
        EXPECT_NE(sample, nullptr) << metric;
        return sample ? sample->value : Value{};
    }
    [[nodiscard]] std::string text(const std::string& metric) const { return std::string{strings.text(value(metric).string)}; }
};

TEST(SparkplugPayload, EveryScalarTypeIsReadAsItIs) {
    Played line;
    const auto message = line.schema.make();
    const Writer payload{*message};
    payload.u64("seq", 0).u64("timestamp", 1'767'225'600'000);
    payload.metric("i8", DataType::Int8).u32("int_value", static_cast<std::uint32_t>(-100));
    payload.metric("i8short", DataType::Int8).u32("int_value", 0x9C);
    payload.metric("i16", DataType::Int16).u32("int_value", static_cast<std::uint32_t>(-30000));
    payload.metric("i32", DataType::Int32).u32("int_value", static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::min()));
    payload.metric("i64", DataType::Int64).u64("long_value", static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::min()));
    payload.metric("u8", DataType::UInt8).u32("int_value", 255);
    payload.metric("u16", DataType::UInt16).u32("int_value", 65535);
    payload.metric("u32", DataType::UInt32).u32("int_value", 4'294'967'295u);
    payload.metric("u32long", DataType::UInt32).u64("long_value", 4'294'967'295u);
    payload.metric("u64", DataType::UInt64).u64("long_value", std::numeric_limits<std::uint64_t>::max());
    payload.metric("float", DataType::Float).single("float_value", 0.1f);
    payload.metric("double", DataType::Double).real("double_value", -0.0);
    payload.metric("boolean", DataType::Boolean).flag("boolean_value", true);
    payload.metric("string", DataType::String).text("string_value", "Schweißen");
    payload.metric("time", DataType::DateTime).u64("long_value", 1'767'225'600'123);
    payload.metric("text", DataType::Text).text("string_value", "");
    payload.metric("uuid", DataType::Uuid).text("string_value", "123e4567");
    payload.metric("bytes", DataType::Bytes).text("bytes_value", "abc");
    payload.metric("wrong field", DataType::Double).text("string_value", "1");
    line.send(*message);
    EXPECT_EQ(line.value("i8").integer, -100);
    EXPECT_EQ(line.value("i8short").integer, -100);
    EXPECT_EQ(line.value("i16").integer, -30000);
    EXPECT_EQ(line.value("i32").integer, std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(line.value("i64").integer, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(line.value("u8").integer, 255);
    EXPECT_EQ(line.value("u16").integer, 65535);
    EXPECT_EQ(line.value("u32").integer, 4'294'967'295);
    EXPECT_EQ(line.value("u32long").integer, 4'294'967'295);
    EXPECT_EQ(line.value("u64").integer, std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(line.quality("G/E/u64"), Quality::Uncertain) << "the largest there is stands for it";
    EXPECT_EQ(line.value("float").number, static_cast<double>(0.1f));
    EXPECT_EQ(line.value("double").bits, std::bit_cast<std::uint64_t>(-0.0));
    EXPECT_TRUE(line.value("boolean").boolean);
    EXPECT_EQ(line.text("string"), "Schweißen");
    EXPECT_EQ(line.value("time").integer, 1'767'225'600'123);
    EXPECT_EQ(line.text("text"), "");
    EXPECT_EQ(line.text("uuid"), "123e4567");
    EXPECT_EQ(line.sink.last("G/E/bytes"), nullptr);
    EXPECT_EQ(line.host.counters().unsupported, 1u);
    EXPECT_EQ(line.host.counters().rejected, 1u);
}

TEST(SparkplugPayload, QualityNullAndHistory) {
    Played line;
    const auto message = line.schema.make();
    const Writer payload{*message};
    payload.u64("seq", 0).u64("timestamp", 1'767'225'600'000);
    const std::pair<const char*, std::uint32_t> codes[] = {{"bad", 0}, {"good", 192}, {"stale", 500}, {"other", 64}};
    for (const auto& [name, code] : codes) {
        const auto properties = payload.metric(name, DataType::Double).real("double_value", 1).in("properties");
        properties.addText("keys", "engUnit").addText("keys", "Quality");
        properties.add("values").u32("type", 12).text("string_value", "bar");
        properties.add("values").u32("type", 3).u32("int_value", code);
    }
    payload.metric("value", DataType::Double).real("double_value", 3);
    line.send(*message);
    EXPECT_EQ(line.quality("G/E/bad"), Quality::Bad);
    EXPECT_EQ(line.quality("G/E/good"), Quality::Good);
    EXPECT_EQ(line.quality("G/E/stale"), Quality::Stale);
    EXPECT_EQ(line.quality("G/E/other"), Quality::Uncertain);

    const auto data = line.schema.make();
    Writer{*data}.u64("seq", 1);
    Writer{*data}
        .metric("value", DataType::Double)
        .flag("is_historical", true)
        .u64("timestamp", 1'767'225'599'000)
        .real("double_value", 2);
    line.send(*data, "NDATA");
    ASSERT_EQ(line.sink.old.size(), 1u);
    EXPECT_EQ(line.sink.old[0].value.number, 2);
    EXPECT_EQ(line.sink.old[0].time, at(-1000));
    EXPECT_EQ(line.value("value").number, 3) << "the present value stays";

    const auto null = line.schema.make();
    Writer{*null}.u64("seq", 2).u64("timestamp", 1'767'225'601'000);
    Writer{*null}.metric("value", DataType::Double).flag("is_null", true);
    line.send(*null, "NDATA");
    EXPECT_EQ(line.quality("G/E/value"), Quality::Bad);
    EXPECT_EQ(line.value("value").number, 3);
    EXPECT_EQ(line.sink.last("G/E/value")->time, at(1000)) << "the payload's time, where the metric has none";
}

TEST(SparkplugPayload, TemplatesDataSetsAndArraysAreTakenApart) {
    Played line;
    const auto message = line.schema.make();
    const Writer payload{*message};
    payload.u64("seq", 0);
    const auto definition = payload.metric("Motor", DataType::Template).in("template_value").flag("is_definition", true);
    definition.metric("rpm", DataType::Int32).u32("int_value", 0);
    const auto motor = payload.metric("M1", DataType::Template).u64("alias", 5).in("template_value");
    motor.text("template_ref", "Motor").flag("is_definition", false).metric("rpm", DataType::Int32).u32("int_value", 1450);
    motor.metric("gear", DataType::Template).in("template_value").metric("ratio", DataType::Float).single("float_value", 2.5f);
    motor.add("parameters").text("name", "poles").u32("type", 3).u32("int_value", 4);
    const auto table = payload.metric("T", DataType::DataSet).in("dataset_value");
    table.u64("num_of_columns", 2).addText("columns", "a").addText("columns", "b").addU32("types", 3).addU32("types", 12);
    for (std::uint32_t i = 0; i < 2; ++i) {
        const auto row = table.add("rows");
        row.add("elements").u32("int_value", i);
        row.add("elements").text("string_value", "row " + std::to_string(i));
    }
    using namespace std::string_literals;
    payload.metric("i16", DataType::Int16Array).text("bytes_value", "\xD0\x8A\x30\x75"s);
    payload.metric("i32", DataType::Int32Array).text("bytes_value", "\xFF\xFF\xFF\xFF\xFA\xAF\xCB\x12"s);
    payload.metric("flags", DataType::BooleanArray).text("bytes_value", "\x0C\0\0\0\x34\xD0"s);
    payload.metric("words", DataType::StringArray).text("bytes_value", "ABC\0hello\0"s);
    line.send(*message);
    EXPECT_EQ(line.value("M1/rpm").integer, 1450);
    EXPECT_EQ(line.value("M1/gear/ratio").number, 2.5);
    EXPECT_EQ(line.value("M1/poles").integer, 4);
    EXPECT_FALSE(line.sink.signals.contains("G/E/Motor/rpm")) << "a definition has no values";
    EXPECT_EQ(line.value("T/1/a").integer, 1);
    EXPECT_EQ(line.text("T/0/b"), "row 0");
    EXPECT_EQ(line.value("i16/0").integer, -30000);
    EXPECT_EQ(line.value("i16/1").integer, 30000);
    EXPECT_EQ(line.value("i32/1").integer, 315338746);
    const std::string flags = "FFTTFTFFTTFT";
    for (std::size_t i = 0; i < flags.size(); ++i)
        EXPECT_EQ(line.value("flags/" + std::to_string(i)).boolean, flags[i] == 'T') << i;
    EXPECT_EQ(line.text("words/1"), "hello");

    const auto data = line.schema.make(); // a part of the template, by alias, without types
    Writer{*data}
        .u64("seq", 1)
        .add("metrics")
        .u64("alias", 5)
        .in("template_value")
        .add("metrics")
        .text("name", "rpm")
        .u32("int_value", 1500);
    line.send(*data, "NDATA");
    EXPECT_EQ(line.value("M1/rpm").integer, 1500);
    EXPECT_EQ(line.host.counters().malformed, 0u);
    EXPECT_EQ(line.host.counters().unknown, 0u);
}

TEST(SparkplugPayload, CompressedPayloadsAreUnpackedWithinTheLimit) {
    Played line;
    line.nodeBirth();
    const auto send = [&](std::size_t zeros, std::uint64_t sequence) {
        PayloadWriter inner;
        inner.timestamp(line.now).metric({.alias = 1, .declare = false}, Value::of(8.0));
        if (zeros > 0) inner.metric({.name = "x", .type = DataType::String}, std::string(zeros, '0'));
        std::string body(compressBound(inner.bytes().size()), '\0');
        uLongf size = body.size();
        ASSERT_EQ(compress(reinterpret_cast<Bytef*>(body.data()), &size, reinterpret_cast<const Bytef*>(inner.bytes().data()),
                           inner.bytes().size()),
                  Z_OK);
        body.resize(size);
        const auto message = line.schema.make();
        Writer{*message}.u64("seq", sequence).text("uuid", "SPBV1.0_COMPRESSED").text("body", body);
        line.send(*message, "NDATA");
    };
    send(0, 1);
    EXPECT_EQ(line.value("Speed").number, 8);
    send(20u << 20, 2);
    EXPECT_EQ(line.host.counters().malformed, 1u) << "it would unpack to more than the limit";
}

/// Random but well-formed metrics.
void fillMetric(const Writer& metric, std::mt19937_64& random) {
    const auto coin = [&] { return random() % 2 == 0; };
    if (coin()) metric.text("name", std::string(random() % 40, 'n'));
    if (coin()) metric.u64("alias", random() >> (random() % 64));
    if (coin()) metric.u64("timestamp", random() >> (random() % 64));
    if (coin()) metric.u32("datatype", static_cast<std::uint32_t>(random() % 40));
    if (coin()) metric.flag("is_historical", coin());
    if (coin()) metric.flag("is_transient", coin());
    if (coin()) metric.flag("is_null", coin());
    if (coin()) metric.in("metadata").text("description", "d").u64("size", random());
    switch (random() % 8) {
    case 0: metric.u32("int_value", static_cast<std::uint32_t>(random())); break;
    case 1: metric.u64("long_value", random()); break;
    case 2: metric.single("float_value", std::bit_cast<float>(static_cast<std::uint32_t>(random()))); break;
    case 3: metric.real("double_value", std::bit_cast<double>(random())); break;
    case 4: metric.flag("boolean_value", coin()); break;
    case 5: metric.text("string_value", std::string(random() % 300, 's')); break;
    case 6: metric.text("bytes_value", std::string(random() % 300, '\1')); break;
    default: break;
    }
}

/// What a metric carries, by libprotobuf.
CarriedValue carried(const pb::Message& metric, std::string& text) {
    const auto* reflection = metric.GetReflection();
    const auto* field = reflection->GetOneofFieldDescriptor(metric, metric.GetDescriptor()->FindOneofByName("value"));
    if (!field) return {};
    switch (field->number()) {
    case 10: return {Carrier::Int, reflection->GetUInt32(metric, field), {}};
    case 11: return {Carrier::Long, reflection->GetUInt64(metric, field), {}};
    case 12: return {Carrier::Float, std::bit_cast<std::uint32_t>(reflection->GetFloat(metric, field)), {}};
    case 13: return {Carrier::Double, std::bit_cast<std::uint64_t>(reflection->GetDouble(metric, field)), {}};
    case 14: return {Carrier::Boolean, reflection->GetBool(metric, field) ? 1u : 0u, {}};
    default:
        text = reflection->GetString(metric, field);
        return {field->number() == 15 ? Carrier::String : Carrier::Bytes, 0, bytesOf(text)};
    }
}

TEST(SparkplugPayload, RandomMessagesAreReadAsLibprotobufReadsThem) {
    Schema schema;
    ASSERT_NE(schema.payload, nullptr);
    std::mt19937_64 random{7};
    for (int round = 0; round < 2000; ++round) {
        const auto message = schema.make();
        const Writer payload{*message};
        payload.u64("timestamp", random() >> (random() % 64)).u64("seq", random() % 256);
        for (std::uint64_t i = random() % 6; i > 0; --i) fillMetric(payload.add("metrics"), random);
        const std::string bytes = message->SerializeAsString();
        const auto* reflection = message->GetReflection();
        PayloadFields fields;
        ASSERT_TRUE(readPayload(bytesOf(bytes), fields));
        EXPECT_EQ(fields.timestamp, reflection->GetUInt64(*message, payload.field("timestamp")));
        EXPECT_EQ(fields.sequence, reflection->GetUInt64(*message, payload.field("seq")));
        MetricReader reader{bytesOf(bytes)};
        MetricFields metric;
        int count = 0;
        for (; reader.next(metric); ++count) {
            const auto& theirs = reflection->GetRepeatedMessage(*message, payload.field("metrics"), count);
            const auto* its = theirs.GetReflection();
            const auto field = [&](const char* name) { return theirs.GetDescriptor()->FindFieldByName(name); };
            EXPECT_EQ(metric.name, its->GetString(theirs, field("name")));
            EXPECT_EQ(metric.hasAlias, its->HasField(theirs, field("alias")));
            EXPECT_EQ(metric.alias, its->GetUInt64(theirs, field("alias")));
            EXPECT_EQ(metric.hasTimestamp, its->HasField(theirs, field("timestamp")));
            EXPECT_EQ(metric.timestamp, its->GetUInt64(theirs, field("timestamp")));
            EXPECT_EQ(metric.datatype, its->GetUInt32(theirs, field("datatype")));
            EXPECT_EQ(metric.historical, its->GetBool(theirs, field("is_historical")));
            EXPECT_EQ(metric.null, its->GetBool(theirs, field("is_null")));
            std::string text;
            const CarriedValue value = carried(theirs, text);
            ASSERT_EQ(metric.value.carrier, value.carrier);
            EXPECT_EQ(metric.value.bits, value.bits);
            EXPECT_TRUE(std::ranges::equal(metric.value.bytes, value.bytes));
        }
        EXPECT_TRUE(reader.ok());
        EXPECT_EQ(count, reflection->FieldSize(*message, payload.field("metrics")));
    }
}

TEST(SparkplugPayload, DamagedMessagesThatAreReadAreReadableByLibprotobuf) {
    Schema schema;
    std::mt19937_64 random{11};
    int read = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        const auto message = schema.make();
        Writer{*message}.u64("seq", 3);
        for (int i = 0; i < 2; ++i) fillMetric(Writer{*message}.add("metrics"), random);
        std::string bytes = message->SerializeAsString();
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
        if (random() % 2) bytes.resize(random() % (bytes.size() + 1));
        PayloadFields fields;
        bool ours = readPayload(bytesOf(bytes), fields);
        MetricReader reader{bytesOf(bytes)};
        for (MetricFields metric; reader.next(metric);) {
        }
        ours = ours && reader.ok();
        ++(ours ? read : refused);
        // Not the other way: groups and what is inside metadata are theirs to look into.
        pb::UnknownFieldSet any; // structure only: nested types that we do not enter may be damaged
        if (ours) {
            EXPECT_TRUE(any.ParseFromString(bytes)) << round;
        }
    }
    EXPECT_GT(read, 1000);
    EXPECT_GT(refused, 1000);
}

TEST(SparkplugPayload, WhatIsWrittenReadsBackByLibprotobuf) {
    Schema schema;
    PayloadWriter ours;
    ours.timestamp(at(5)).metric({.name = "a", .alias = 1, .time = at(4), .quality = 500}, Value::of(1.5));
    ours.metric({.name = "b", .type = DataType::Int32, .historical = true}, Value::of(std::int64_t{-2}));
    ours.metric({.name = "c", .type = DataType::String}, "text").nullMetric({.alias = 9, .declare = false}).sequence(200);
    const auto theirs = schema.make();
    ASSERT_TRUE(theirs->ParseFromArray(ours.bytes().data(), static_cast<int>(ours.bytes().size())));
    EXPECT_EQ(theirs->ShortDebugString().find("0x"), std::string::npos);
    const std::string text = theirs->ShortDebugString();
    for (const char* part : {"timestamp: 1767225600005", "name: \"a\" alias: 1 timestamp: 1767225600004 datatype: 10",
                             "keys: \"Quality\" values { type: 3 int_value: 500 }", "double_value: 1.5",
                             "name: \"b\" datatype: 3 is_historical: true int_value: 4294967294", "string_value: \"text\"",
                             "alias: 9 is_null: true", "seq: 200"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
}

} // namespace
} // namespace millwright::telemetry::sparkplug
