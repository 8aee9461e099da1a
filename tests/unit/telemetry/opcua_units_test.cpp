#include "telemetry/opcua/units.hpp"

#include <millwright/core/units.hpp>

#include <gmock/gmock.h>

#include <set>

namespace millwright::telemetry::opcua {
namespace {

UA_EUInformation information(std::int32_t id, std::string_view name,
                             std::string_view uri = "http://www.opcfoundation.org/UA/units/un/cefact") {
    return {borrowed(uri), id, {{}, borrowed(name)}, {}};
}

TEST(OpcUaUnits, EveryCommonCodeMeansAUcumUnitAndStandsOnce) {
    std::set<std::string_view> seen;
    for (const auto& [common, ucum] : commonCodes()) {
        EXPECT_TRUE(units::parse(ucum).has_value()) << common << ' ' << ucum;
        EXPECT_TRUE(seen.insert(common).second) << common;
        EXPECT_THAT(common.size(), testing::AllOf(testing::Ge(2u), testing::Le(3u))) << common;
    }
}

TEST(OpcUaUnits, TheNumberIsTheCodeLetterByLetter) {
    EXPECT_EQ(ucumOf(information(0x42'34'37, "anything")), "kN") << "B47";
    EXPECT_EQ(ucumOf(information(4'408'652, "")), "Cel") << "the number of OPC 10000-8 for CEL";
    EXPECT_EQ(ucumOf(information(0x35'39, "")), "[ppm]") << "59";
    EXPECT_EQ(ucumOf(information(0x42'34'37, "bar", "urn:vendor")), "bar") << "a vendor's own numbers mean something else";
}

TEST(OpcUaUnits, ANameIsReadAsUcumOrAsPeopleWriteIt) {
    EXPECT_EQ(ucumOf(information(-1, "mm/s", "")), "mm/s");
    EXPECT_EQ(ucumOf(information(-1, "°C", "")), "Cel");
    EXPECT_EQ(ucumOf(information(-1, "m³/h", "")), "m3/h");
    EXPECT_EQ(ucumOf(information(-1, "furlongs", "")), "");
    EXPECT_EQ(ucumOf(information(-1, "", "")), "");
    EXPECT_EQ(unitName(information(0x42'34'37, "")), "B47");
}

} // namespace
} // namespace millwright::telemetry::opcua
