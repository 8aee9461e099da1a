#include "telemetry/opcua/certificates.hpp"
#include "telemetry/opcua/reading.hpp"
#include "telemetry/opcua/session.hpp"

#include <millwright/telemetry/opcua.hpp>

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

namespace millwright::telemetry::opcua {
namespace {

using testing::HasSubstr;

/// What a signal of a type makes of a scalar.
template <typename T>
std::pair<Reading, std::string> readAs(ValueType type, const T& scalar, int typeIndex, UA_StatusCode status = UA_STATUSCODE_GOOD) {
    UA_DataValue data{};
    T copy = scalar;
    data.hasValue = true;
    UA_Variant_setScalar(&data.value, &copy, &UA_TYPES[typeIndex]);
    data.hasStatus = status != UA_STATUSCODE_GOOD;
    data.status = status;
    Reading reading{.type = type};
    std::string text;
    const std::string problem = read(data, reading, text);
    return {reading, problem.empty() ? text : problem};
}

TEST(OpcUaStatus, SeverityDecidesWhateverElseTheCodeSays) {
    EXPECT_EQ(qualityOf(UA_STATUSCODE_GOOD), Quality::Good);
    EXPECT_EQ(qualityOf(UA_STATUSCODE_GOODLOCALOVERRIDE), Quality::Good);
    EXPECT_EQ(qualityOf(UA_STATUSCODE_GOODLOCALOVERRIDE | 0x0480u), Quality::Good) << "with the bits of an overflow";
    EXPECT_EQ(qualityOf(UA_STATUSCODE_UNCERTAIN), Quality::Uncertain);
    EXPECT_EQ(qualityOf(UA_STATUSCODE_UNCERTAINSENSORNOTACCURATE | 0x0100u), Quality::Uncertain) << "limit: low";
    EXPECT_EQ(qualityOf(UA_STATUSCODE_UNCERTAINLASTUSABLEVALUE), Quality::Stale);
    EXPECT_EQ(qualityOf(UA_STATUSCODE_UNCERTAINNOCOMMUNICATIONLASTUSABLEVALUE | 0x0400u), Quality::Stale);
    EXPECT_EQ(qualityOf(UA_STATUSCODE_BADSENSORFAILURE), Quality::Bad);
    EXPECT_EQ(qualityOf(0x81234567u), Quality::Bad) << "a code that nobody has published yet";
    EXPECT_EQ(qualityOf(0xC0000000u), Quality::Bad) << "the severity that is reserved";
}

TEST(OpcUaStatus, CodesAreNamedAndUnknownOnesAreNumbers) {
    EXPECT_EQ(statusName(UA_STATUSCODE_BADNODEIDUNKNOWN), "BadNodeIdUnknown");
    EXPECT_EQ(statusName(0x8FFF0000u), "status 0x8FFF0000");
}

TEST(OpcUaValue, NumbersBecomeWhateverCanHoldThem) {
    EXPECT_EQ(readAs<UA_SByte>(ValueType::Float, -3, UA_TYPES_SBYTE).first.value.number, -3.0);
    EXPECT_EQ(readAs<UA_Byte>(ValueType::Integer, 200, UA_TYPES_BYTE).first.value.integer, 200);
    EXPECT_EQ(readAs<UA_UInt32>(ValueType::Integer, 4'000'000'000u, UA_TYPES_UINT32).first.value.integer, 4'000'000'000);
    EXPECT_EQ(readAs<UA_Double>(ValueType::Integer, 2.6, UA_TYPES_DOUBLE).first.value.integer, 3);
    EXPECT_TRUE(readAs<UA_Int16>(ValueType::Boolean, 4, UA_TYPES_INT16).first.value.boolean);
    EXPECT_EQ(readAs<UA_Boolean>(ValueType::Float, true, UA_TYPES_BOOLEAN).first.value.number, 1.0);
    EXPECT_EQ(readAs<UA_Int64>(ValueType::String, -7, UA_TYPES_INT64).second, "-7");
    EXPECT_EQ(readAs<UA_Double>(ValueType::String, 0.1, UA_TYPES_DOUBLE).second, "0.1");
    EXPECT_EQ(readAs<UA_Boolean>(ValueType::String, false, UA_TYPES_BOOLEAN).second, "false");
}

TEST(OpcUaValue, AnUnsignedNumberThatIsTooLargeIsUncertain) {
    const auto largest = std::numeric_limits<std::int64_t>::max();
    const auto fits = readAs<UA_UInt64>(ValueType::Integer, static_cast<UA_UInt64>(largest), UA_TYPES_UINT64).first;
    EXPECT_EQ(fits.value.integer, largest);
    EXPECT_EQ(fits.quality, Quality::Good);
    const auto large = readAs<UA_UInt64>(ValueType::Integer, std::numeric_limits<UA_UInt64>::max(), UA_TYPES_UINT64).first;
    EXPECT_EQ(large.value.integer, largest);
    EXPECT_EQ(large.quality, Quality::Uncertain);
}

TEST(OpcUaValue, TextsAreTextsOrTheNumberTheySpell) {
    EXPECT_EQ(readAs(ValueType::String, borrowed("Execute"), UA_TYPES_STRING).second, "Execute");
    EXPECT_EQ(readAs(ValueType::Float, borrowed("1.25"), UA_TYPES_STRING).first.value.number, 1.25);
    EXPECT_EQ(readAs(ValueType::Float, borrowed("Execute"), UA_TYPES_STRING).second, "its value is a String, which is no float");
    const UA_LocalizedText localized{borrowed("de"), borrowed("Halt")};
    EXPECT_EQ(readAs(ValueType::String, localized, UA_TYPES_LOCALIZEDTEXT).second, "Halt");
    const UA_Guid guid{0x09087e75, 0x8e5e, 0x499b, {0x95, 0x4f, 0xf2, 0xa9, 0x60, 0x3d, 0xb2, 0x8a}};
    EXPECT_EQ(readAs(ValueType::String, guid, UA_TYPES_GUID).second, "09087e75-8e5e-499b-954f-f2a9603db28a");
}

TEST(OpcUaValue, DatesAreMillisecondsOrText) {
    const auto date = static_cast<UA_DateTime>(UA_DATETIME_UNIX_EPOCH + 1'767'323'045'678LL * UA_DATETIME_MSEC);
    EXPECT_EQ(readAs(ValueType::Integer, date, UA_TYPES_DATETIME).first.value.integer, 1'767'323'045'678);
    EXPECT_EQ(readAs(ValueType::String, date, UA_TYPES_DATETIME).second, "2026-01-02T03:04:05.678000000Z");
    EXPECT_THAT(readAs(ValueType::Integer, UA_DateTime{0}, UA_TYPES_DATETIME).second, HasSubstr("is a DateTime"))
        << "the date that stands for none";
}

TEST(OpcUaValue, ArraysAndStructuresAreRefusedByName) {
    std::array<UA_Double, 3> numbers{1, 2, 3};
    UA_DataValue data{};
    data.hasValue = true;
    UA_Variant_setArray(&data.value, numbers.data(), numbers.size(), &UA_TYPES[UA_TYPES_DOUBLE]);
    Reading reading;
    std::string text;
    EXPECT_EQ(read(data, reading, text),
              "its value is an array of 3 Double, and a signal takes one value: say which, index=0;nsu=…");
    EXPECT_EQ(readAs(ValueType::Float, UA_ExtensionObject{}, UA_TYPES_EXTENSIONOBJECT).second,
              "its value is a ExtensionObject, which is no float");
    EXPECT_EQ(readAs(ValueType::String, UA_ByteString{}, UA_TYPES_BYTESTRING).second,
              "its value is a ByteString, which is no string");
}

TEST(OpcUaValue, WhereThereIsNoValueTheQualityIsBad) {
    UA_DataValue data{};
    Reading reading;
    std::string text;
    EXPECT_EQ(read(data, reading, text), "");
    EXPECT_TRUE(reading.empty);
    EXPECT_EQ(reading.quality, Quality::Bad);
    EXPECT_EQ(reading.time, Time{});
    // What a bad value is does not matter, so that it need not be readable.
    const auto [bad, problem] = readAs(ValueType::Float, borrowed("?"), UA_TYPES_STRING, UA_STATUSCODE_BADSENSORFAILURE);
    EXPECT_EQ(problem, "");
    EXPECT_TRUE(bad.empty);
    EXPECT_EQ(bad.quality, Quality::Bad);
}

TEST(OpcUaValue, TheSourcesTimeGoesBeforeTheServers) {
    UA_DataValue data{};
    Reading reading;
    std::string text;
    data.hasServerTimestamp = true;
    data.serverTimestamp = UA_DATETIME_UNIX_EPOCH + 7 * UA_DATETIME_SEC + 1;
    EXPECT_EQ(read(data, reading, text), "");
    EXPECT_EQ(nanoseconds(reading.time), 7'000'000'100);
    data.hasSourceTimestamp = true;
    data.sourceTimestamp = UA_DATETIME_UNIX_EPOCH + 6 * UA_DATETIME_SEC;
    EXPECT_EQ(read(data, reading, text), "");
    EXPECT_EQ(nanoseconds(reading.time), 6'000'000'000);
    data.sourceTimestamp = std::numeric_limits<UA_DateTime>::max();
    EXPECT_EQ(read(data, reading, text), "");
    EXPECT_EQ(nanoseconds(reading.time), 7'000'000'100) << "a date that no sample can have";
}

TEST(OpcUaNodeId, EveryFormOfTheSpecificationIsTaken) {
    for (const char* id : {"i=85", "ns=2;s=line.speed", "nsu=urn:factory;s=a;b=c", "ns=1;g=09087e75-8e5e-499b-954f-f2a9603db28a",
                           "ns=1;b=M/RbKBsRVkePCePcx24oRA==", "nsu=http://example.com/UA/;i=7", "ns=3;s=\"DB\".\"value\"[3]"})
        EXPECT_TRUE(isNodeId(id)) << id;
    for (const char* id :
         {"", "speed", "ns=2", "s", "i=", "i=-1", "i=x", "ns=70000;i=1", "nsu=urn:factory", "svr=1;i=85", "g=12", "i=0"})
        EXPECT_FALSE(isNodeId(id)) << id;
}

TEST(OpcUaNodeId, AnIndexBeforeItMeansAnElement) {
    const auto plain = parseAddress("nsu=urn:x;s=index=2;");
    ASSERT_TRUE(plain.has_value());
    EXPECT_EQ(plain->index, "");
    EXPECT_EQ(plain->node, "nsu=urn:x;s=index=2;");
    const auto element = parseAddress("index=0,12;ns=3;s=DB;x");
    ASSERT_TRUE(element.has_value());
    EXPECT_EQ(element->index, "0,12");
    EXPECT_EQ(element->node, "ns=3;s=DB;x");
    for (const char* address :
         {"index=;i=1", "index=2", "index=1:3;i=1", "index=-1;i=1", "index=1,;i=1", "index=12345678901;i=1", "index=x;i=1"})
        EXPECT_FALSE(parseAddress(address).has_value()) << address;
    EXPECT_FALSE(isNodeId("index=2;i=1")) << "an address, but no node id";
}

TEST(OpcUaValue, AnElementOfAnArrayIsTaken) {
    std::array<UA_Int32, 6> numbers{0, 1, 2, 10, 11, 12};
    std::array<UA_UInt32, 2> dimensions{2, 3};
    UA_DataValue data{};
    data.hasValue = true;
    UA_Variant_setArray(&data.value, numbers.data(), numbers.size(), &UA_TYPES[UA_TYPES_INT32]);
    Reading reading{.type = ValueType::Integer};
    std::string text;
    EXPECT_EQ(read(data, reading, text, "4"), "");
    EXPECT_EQ(reading.value.integer, 11) << "of a server that sends the whole array";
    EXPECT_EQ(read(data, reading, text, "6"), "its value of 6 elements has none with the index 6");
    EXPECT_EQ(read(data, reading, text, "0,1"), "its value of 6 elements has none with the index 0,1") << "it is no matrix";
    data.value.arrayDimensions = dimensions.data();
    data.value.arrayDimensionsSize = dimensions.size();
    EXPECT_EQ(read(data, reading, text, "1,2"), "");
    EXPECT_EQ(reading.value.integer, 12);
    EXPECT_EQ(read(data, reading, text, "2,0"), "its value of 6 elements has none with the index 2,0");
    data.value.arrayDimensions = nullptr;
    data.value.arrayDimensionsSize = 0;
    data.value.arrayLength = 1;
    EXPECT_EQ(read(data, reading, text, "4"), "");
    EXPECT_EQ(reading.value.integer, 0) << "the only one that the server sent";
    data.value.arrayLength = 0;
    data.value.data = UA_EMPTY_ARRAY_SENTINEL;
    EXPECT_EQ(read(data, reading, text, "0"), "its value of 0 elements has none with the index 0");
}

TEST(OpcUaNodeId, AFeedWithAnAddressThatIsNoneIsRefused) {
    OpcUaOptions options{.id = "plc",
                         .server = {.url = "opc.tcp://localhost", .security = OpcUaSecurity::None},
                         .addresses = {{.name = "line/speed", .node = "line/speed"}}};
    const auto feed = openOpcUa(std::move(options));
    ASSERT_FALSE(feed.has_value());
    EXPECT_EQ(feed.error().code, ErrorCode::Invalid);
    EXPECT_THAT(feed.error().text(), HasSubstr("feed 'plc': 'line/speed' of signal 'line/speed' is no node id: write nsu="));
}

TEST(OpcUaCertificates, PemMayHoldSeveralAndOtherThings) {
    const auto found = certificatesIn("Bag Attributes\n-----BEGIN CERTIFICATE-----\nMAAB\n-----END CERTIFICATE-----\n"
                                      "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
                                      "-----BEGIN CERTIFICATE-----\r\nMAA\r\nC\r\n-----END CERTIFICATE-----\n"
                                      "-----BEGIN X509 CRL-----\nMAAD\n-----END X509 CRL-----\n");
    ASSERT_TRUE(found.has_value()) << found.error().text();
    ASSERT_EQ(found->certificates.size(), 2u);
    EXPECT_EQ(found->certificates[0], std::string("0\0\1", 3));
    EXPECT_EQ(found->certificates[1], std::string("0\0\2", 3));
    EXPECT_EQ(found->revocationLists.size(), 1u);
}

TEST(OpcUaCertificates, ALongFileOfOtherThingsIsReadOnce) {
    std::string bytes;
    while (bytes.size() < (8u << 20)) bytes += "-----BEGIN X-----\n"; // each looked for its end in all the rest: for hours
    bytes += "-----BEGIN CERTIFICATE-----\nMAAB\n-----END CERTIFICATE-----\n";
    const auto found = certificatesIn(bytes);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->certificates.size(), 1u);
}

TEST(OpcUaCertificates, WhatIsNoneIsRefused) {
    for (const std::string_view bytes : {"", "hello", "-----BEGIN CERTIFICATE", "-----BEGIN CERTIFICATE-----\nMAAB\n",
                                         "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
                                         "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
                                         "-----BEGIN X509 CRL-----\nMAAD\n-----END X509 CRL-----\n"}) {
        const auto found = certificatesIn(bytes);
        ASSERT_FALSE(found.has_value()) << bytes;
        EXPECT_EQ(found.error().code, ErrorCode::Malformed);
    }
    EXPECT_EQ(certificatesIn("0\x82")->certificates.front(), "0\x82") << "DER is taken as it is, and looked at by whoever uses it";
}

} // namespace
} // namespace millwright::telemetry::opcua
