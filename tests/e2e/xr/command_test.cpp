#include "support/monado_test.hpp"

#include <millwright/core/png.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <format>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

/// `millwright xr` as a user starts it.
namespace millwright::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string contentOf(const fs::path& path) {
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Two pillars of different depth, so that the eyes' pictures differ.
fs::path writePillars(const fs::path& folder) {
    const fs::path model = folder / "pillars.obj";
    std::ofstream file{model};
    int base = 1;
    for (const auto& [x, z] : {std::pair{-0.6, 0.0}, {0.7, -2.5}}) {
        file << "o pillar" << base << "\n";
        for (const double y : {0.0, 2.0})
            for (const auto& [dx, dz] : {std::pair{-0.25, -0.25}, {0.25, -0.25}, {0.25, 0.25}, {-0.25, 0.25}})
                file << "v " << x + dx << " " << y << " " << z + dz << "\n";
        for (const auto& f : {std::array{4, 3, 7, 8}, {3, 2, 6, 7}, {2, 1, 5, 6}, {1, 4, 8, 5}, {5, 8, 7, 6}}) {
            file << "f";
            for (const int v : f) file << " " << base + v - 1;
            file << "\n";
        }
        base += 8;
    }
    return model;
}

/// Distinct colours of a part of a picture: one for a blank one.
std::size_t coloursIn(const PngImage& image, std::uint32_t fromX, std::uint32_t toX) {
    std::set<std::uint32_t> colours;
    for (std::uint32_t y = 0; y < image.height; ++y)
        for (std::uint32_t x = fromX; x < toX; ++x) {
            const std::uint8_t* const p = &image.rgba[(std::size_t{y} * image.width + x) * 4];
            colours.insert(static_cast<std::uint32_t>(p[0] | p[1] << 8 | p[2] << 16));
        }
    return colours.size();
}

/// Share of pixels that differ visibly between the left and the right half.
double halvesDiffer(const PngImage& image) {
    const std::uint32_t half = image.width / 2;
    std::size_t different = 0;
    for (std::uint32_t y = 0; y < image.height; ++y)
        for (std::uint32_t x = 0; x < half; ++x) {
            const std::uint8_t* const left = &image.rgba[(std::size_t{y} * image.width + x) * 4];
            const std::uint8_t* const right = left + std::size_t{half} * 4;
            different += std::abs(left[0] - right[0]) + std::abs(left[1] - right[1]) + std::abs(left[2] - right[2]) > 40 ? 1 : 0;
        }
    return static_cast<double>(different) / (static_cast<double>(half) * image.height);
}

class XrCommand : public MonadoTest {
protected:
    /// Standard output goes to `answer()`, standard error to `complaints()`.
    Result<ChildProcess> millwright(const std::string& arguments, std::vector<std::string> environment,
                                    const std::string& before = "") {
        environment.push_back("MILLWRIGHT_VALIDATION=1");
        const std::string line = "exec '" MILLWRIGHT_PROGRAM "' " + before + " xr " + arguments + " >'" + answer().string() +
                                 "' 2>'" + complaints().string() + "'";
        std::vector<std::string> command;
        command.push_back("/bin/sh");
        command.push_back("-c");
        command.push_back(line);
        return ChildProcess::start(command, environment, monado ? monado->folder() / "sh.log" : fs::path{"/dev/null"});
    }
    bool composedPictureShowsStereo(const fs::path& import, const std::string& display);
    fs::path answer() const { return monado->folder() / "answer"; }
    fs::path complaints() const { return monado->folder() / "complaints"; }
};

TEST_F(XrCommand, DrawsBothEyesLeavesAfterItsFramesAndTellsWhatHappened) {
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path model = writePillars(monado->folder());
    const fs::path mirror = monado->folder() / "mirror.png";
    auto program = millwright("'" + model.string() + "' --frames 12 --scale 0.4 --json --mirror '" + mirror.string() + "'",
                              monado->clientEnvironment());
    ASSERT_TRUE(program) << program.error().text();
    ASSERT_EQ(program->wait(100), 0) << contentOf(complaints());
    const auto json = nlohmann::json::parse(contentOf(answer()));
    EXPECT_GE(json["frames"]["drawn"], 12);
    EXPECT_EQ(json["end"], "exited");
    EXPECT_EQ(json["space"], "STAGE");
    EXPECT_THAT(json["states"].get<std::vector<std::string>>(),
                ElementsAre("IDLE", "READY", "SYNCHRONIZED", "VISIBLE", "FOCUSED", "VISIBLE", "SYNCHRONIZED", "STOPPING", "IDLE",
                            "EXITING"));
    const auto picture = readPng(mirror);
    ASSERT_TRUE(picture) << picture.error().text();
    EXPECT_EQ(picture->width, 2 * json["eye"]["width"].get<unsigned>());
    EXPECT_GT(coloursIn(*picture, 0, picture->width / 2), 50u);
    EXPECT_GT(coloursIn(*picture, picture->width / 2, picture->width), 50u);
    EXPECT_GT(halvesDiffer(*picture), 0.002);
}

TEST_F(XrCommand, TheTriggerSelectsWhatTheRayMeets) {
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path model = writePillars(monado->folder());
    auto program = millwright("'" + model.string() + "' --frames 150 --scale 0.2 --json", monado->clientEnvironment());
    ASSERT_TRUE(program) << program.error().text();
    RemoteState state;
    state.right.position = {-0.65f, 1.3f, -0.4f}; // before the nearer pillar
    for (bool pulled = false; program->running(); pulled = !pulled) {
        state.right.trigger = pulled ? 1 : 0;
        monado->send(state);
        static_cast<void>(program->wait(0.05));
    }
    ASSERT_EQ(program->wait(0), 0) << contentOf(complaints());
    EXPECT_EQ(nlohmann::json::parse(contentOf(answer()))["selected"], "pillars");
}

TEST_F(XrCommand, ASqueezeCutsAwayWhatIsNearerThanTheHand) {
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path model = writePillars(monado->folder()), mirror = monado->folder() / "mirror.png";
    RemoteState state;
    state.right.position = {-0.3f, 1.3f, -2.5f}; // past the nearer pillar, before the farther one
    const auto visit = [&](const RemoteState& with) -> std::optional<PngImage> {
        monado->send(with);
        auto program = millwright("'" + model.string() + "' --frames 40 --scale 0.3 --json --mirror '" + mirror.string() + "'",
                                  monado->clientEnvironment());
        if (!program || program->wait(100) != 0) return std::nullopt;
        auto picture = readPng(mirror);
        if (!picture) return std::nullopt;
        return std::move(*picture);
    };
    const auto whole = visit(state);
    ASSERT_TRUE(whole) << contentOf(complaints());
    EXPECT_EQ(nlohmann::json::parse(contentOf(answer()))["cuts"], 0);
    state.right.squeeze = 1;
    const auto cut = visit(state);
    ASSERT_TRUE(cut) << contentOf(complaints());
    EXPECT_EQ(nlohmann::json::parse(contentOf(answer()))["cuts"], 1);
    ASSERT_EQ(whole->rgba.size(), cut->rgba.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < whole->rgba.size(); i += 4) different += std::abs(whole->rgba[i] - cut->rgba[i]) > 20 ? 1 : 0;
    // The pillar of half a metre by two, some 1.5 m away, is gone; the farther one, floor and hands are as they were.
    const double share = 4.0 * static_cast<double>(different) / static_cast<double>(whole->rgba.size());
    EXPECT_GT(share, 0.03);
    EXPECT_LT(share, 0.4);
}

/// A cell with two machines; the cell itself has nothing to show but them.
fs::path writeCell(const fs::path& folder) {
    writePillars(folder);
    std::ofstream{folder / "plant.toml"} << R"(format = 1
[plant]
id = "plant"
name = "Plant"
[[equipment]]
path = "cell"
name = "Cell"
level = "cell"
[[equipment]]
path = "cell/pillars"
name = "Pillars"
model = "pillars.obj"
)";
    return folder;
}

/// The orientation of a hand at `from` that points at a place on the panel: `at` from its top left, 0…1. The panel hangs where
/// `xr::Walk` puts it before a head at the stage's origin: 1.25 m away, 0.5 rad to the right, 0.26 rad down, 0.6 m wide and high.
glm::quat towardsPanel(glm::vec3 from, glm::vec2 at) {
    const glm::quat facing = glm::angleAxis(-0.5f, glm::vec3{0, 1, 0}) * glm::angleAxis(-0.26f, glm::vec3{1, 0, 0});
    const glm::vec3 target = glm::vec3{0, 1.6f, 0} + facing * glm::vec3{(at.x - 0.5f) * 0.6f, (0.5f - at.y) * 0.6f, -1.25f};
    return glm::quatLookAt(glm::normalize(target - from), glm::vec3{0, 1, 0});
}

TEST_F(XrCommand, TheTriggerPressesWhatThePanelShows) {
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path plant = writeCell(monado->folder());
    auto program =
        millwright("'" + plant.string() + "' --select cell --frames 400 --scale 0.2 --json", monado->clientEnvironment());
    ASSERT_TRUE(program) << program.error().text();
    // The hand goes down the panel, pulling the trigger again and again: one of these lands on the only machine listed there.
    RemoteState state;
    for (int step = 0; program->running(); ++step) {
        state.right.orientation = towardsPanel(state.right.position, {0.3f, 0.1f + 0.02f * static_cast<float>(step / 2 % 30)});
        state.right.trigger = step % 2 == 0 ? 0.0f : 1.0f;
        monado->send(state);
        static_cast<void>(program->wait(0.06));
    }
    ASSERT_EQ(program->wait(0), 0) << contentOf(complaints());
    const auto json = nlohmann::json::parse(contentOf(answer()));
    EXPECT_EQ(json["selected"], "cell/pillars");
    EXPECT_EQ(json["teleports"], 0);
}

TEST_F(XrCommand, ARuntimeThatEndsDuringTheVisitIsSaidInOneLine) {
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path model = writePillars(monado->folder());
    auto program = millwright("'" + model.string() + "' --scale 0.2 --json", monado->clientEnvironment(), "-v");
    ASSERT_TRUE(program) << program.error().text();
    // The visit has begun when it is told which controllers are held.
    while (program->running() && !contentOf(complaints()).contains("/interaction_profiles/")) {
        monado->send({});
        static_cast<void>(program->wait(0.05));
    }
    monado->stop();
    ASSERT_EQ(program->wait(60), 2) << contentOf(complaints());
    const std::string said = contentOf(complaints());
    EXPECT_THAT(said, HasSubstr("error: headset: the OpenXR runtime ended during the visit: start it"));
    EXPECT_EQ(nlohmann::json::parse(contentOf(answer()))["end"], "runtime lost");
}

/// Visits while Monado composes into a window on `display`, and looks at that until it shows the plant. False where the runtime
/// ended by itself, which Monado with a window on a software device has been seen to do, rarely.
bool XrCommand::composedPictureShowsStereo(const fs::path& import, const std::string& display) {
    startMonado(MonadoOutput::Window, {display, "XRT_COMPOSITOR_XCB_FULLSCREEN=1"});
    if (!monado) return true; // said or skipped
    const fs::path model = writePillars(monado->folder()), shot = monado->folder() / "shot.png";
    auto program = millwright("'" + model.string() + "' --scale 0.4 --json", monado->clientEnvironment());
    EXPECT_TRUE(program) << program.error().text();
    if (!program) return true;
    // Pictures are taken until one shows the plant: nothing says when the compositor's window has it.
    double difference = 0;
    std::size_t colours = 0;
    for (int tries = 0; tries < 60 && program->running() && (difference < 0.002 || colours < 100); ++tries) {
        auto taken = ChildProcess::start({import.string(), "-window", "root", "PNG32:" + shot.string()}, {display},
                                         monado->folder() / "import.log");
        const bool done = taken && taken->wait(60) == 0;
        EXPECT_TRUE(done) << contentOf(monado->folder() / "import.log");
        const auto picture = readPng(shot);
        EXPECT_TRUE(picture) << picture.error().text();
        if (!done || !picture) return true;
        colours = coloursIn(*picture, 0, picture->width);
        difference = halvesDiffer(*picture);
    }
    if (!program->running() && nlohmann::json::parse(contentOf(answer()))["end"] == "runtime lost") {
        std::printf("the runtime ended by itself during this visit:\n%s\n", contentOf(complaints()).c_str());
        return false;
    }
    if (const char* keep = std::getenv("MILLWRIGHT_KEEP_PICTURES"))
        fs::copy_file(shot, fs::path{keep} / "composed.png", fs::copy_options::overwrite_existing);
    EXPECT_GT(colours, 100u) << "the composed picture is blank";
    EXPECT_GT(difference, 0.002) << "both halves are the same: no stereo";
    program->signal(SIGINT);
    EXPECT_EQ(program->wait(60), 130) << contentOf(complaints());
    EXPECT_EQ(nlohmann::json::parse(contentOf(answer()))["end"], "exited");
    return true;
}

TEST_F(XrCommand, TheCompositorShowsTwoDifferentHalves) {
    const fs::path import = findProgram("import");
    if (import.empty()) GTEST_SKIP() << "ImageMagick's import is not installed";
    const fs::path scratch = fs::temp_directory_path() / ("millwright-xvfb-" + std::to_string(getpid()));
    auto screen = VirtualScreen::start(scratch);
    if (!screen && screen.error().code == ErrorCode::NotFound) GTEST_SKIP() << screen.error().text();
    ASSERT_TRUE(screen) << screen.error().text();
    constexpr int visits = 3;
    int visit = 1;
    for (; visit <= visits && !composedPictureShowsStereo(import, "DISPLAY=" + (*screen)->display()); ++visit) monado.reset();
    EXPECT_LE(visit, visits) << "the runtime ended by itself every time";
    fs::remove_all(scratch);
}

TEST_F(XrCommand, AWindowShowsWhatTheLeftEyeSeesWhereThereIsADisplay) {
    const fs::path import = findProgram("import");
    if (import.empty()) GTEST_SKIP() << "ImageMagick's import is not installed";
    const fs::path scratch = fs::temp_directory_path() / ("millwright-mirror-" + std::to_string(getpid()));
    auto screen = VirtualScreen::start(scratch);
    if (!screen && screen.error().code == ErrorCode::NotFound) GTEST_SKIP() << screen.error().text();
    ASSERT_TRUE(screen) << screen.error().text();
    const std::string display = "DISPLAY=" + (*screen)->display();
    startMonado(MonadoOutput::None);
    if (!monado) return;
    const fs::path model = writePillars(monado->folder());
    auto environment = monado->clientEnvironment();
    environment.push_back(display);
    auto program = millwright("'" + model.string() + "' --scale 0.4 --json", environment);
    ASSERT_TRUE(program) << program.error().text();
    const fs::path shot = monado->folder() / "shot.png";
    std::size_t colours = 0;
    for (int tries = 0; tries < 120 && program->running() && colours < 100; ++tries) {
        auto taken = ChildProcess::start({import.string(), "-window", "root", "PNG32:" + shot.string()}, {display},
                                         monado->folder() / "import.log");
        ASSERT_TRUE(taken) << taken.error().text();
        ASSERT_EQ(taken->wait(60), 0) << contentOf(monado->folder() / "import.log");
        const auto picture = readPng(shot);
        ASSERT_TRUE(picture) << picture.error().text();
        colours = coloursIn(*picture, 0, picture->width);
    }
    if (const char* keep = std::getenv("MILLWRIGHT_KEEP_PICTURES"))
        fs::copy_file(shot, fs::path{keep} / "mirror-window.png", fs::copy_options::overwrite_existing);
    EXPECT_GT(colours, 100u) << "no window shows the plant";
    program->signal(SIGINT);
    EXPECT_EQ(program->wait(60), 130) << contentOf(complaints());
    EXPECT_EQ(contentOf(complaints()).find("millwright: "), std::string::npos) << contentOf(complaints());
    fs::remove_all(scratch);
}

/// A mosquitto on a port of its own that the pillars' colour comes from: red while `hot`.
class LivePillars {
public:
    explicit LivePillars(const fs::path& folder) : folder_{folder}, port_{freePort()} {
        writePillars(folder);
        std::ofstream{folder / "plant.toml"} << std::format(R"(format = 1
[plant]
id = "plant"
[[feed]]
id = "broker"
kind = "mqtt"
url = "mqtt://127.0.0.1:{}"
[[equipment]]
path = "pillars"
model = "pillars.obj"
[[equipment.signal]]
id = "hot"
type = "boolean"
topic = "plant/hot"
[[equipment.binding]]
signal = "hot"
kind = "colour"
table = [{{ value = 1, colour = "#ff0000", strength = 1 }}]
)",
                                                            port_);
        std::ofstream{folder / "mosquitto.conf"} << std::format("listener {} 127.0.0.1\nallow_anonymous true\nuser root\n", port_);
        broker_ = ChildProcess::start({findProgram("mosquitto").string(), "-c", (folder / "mosquitto.conf").string()}, {}, log());
    }
    [[nodiscard]] bool running() { return broker_ && broker_->running(); }
    /// Leaves a value with the broker, which gives it to whoever connects. True once the broker has it.
    [[nodiscard]] bool publish(const std::string& value) {
        const std::vector<std::string> command{
            findProgram("mosquitto_pub").string(), "-r", "-q", "1", "-p", std::to_string(port_), "-t", "plant/hot", "-m", value};
        for (int tries = 0; tries < 100; ++tries) { // it may not listen yet
            auto publishing = ChildProcess::start(command, {}, log());
            if (publishing && publishing->wait(20) == 0) return true;
            if (!running()) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds{50});
        }
        return false;
    }
    [[nodiscard]] fs::path log() const { return folder_ / "mosquitto.log"; }

private:
    fs::path folder_;
    std::uint16_t port_;
    Result<ChildProcess> broker_ = failure(ErrorCode::NotFound, "not started");
};

/// Share of pixels that are clearly red.
double redIn(const PngImage& image) {
    std::size_t red = 0;
    for (std::size_t i = 0; i + 3 < image.rgba.size(); i += 4)
        red += image.rgba[i] > 100 && image.rgba[i] > 2 * image.rgba[i + 1] && image.rgba[i] > 2 * image.rgba[i + 2] ? 1 : 0;
    return static_cast<double>(red) / (static_cast<double>(image.width) * image.height);
}

TEST_F(XrCommand, AVisitFollowsTheFeedsAndRecordsThem) {
    if (findProgram("mosquitto").empty()) GTEST_SKIP() << "mosquitto is not installed";
    startMonado(MonadoOutput::None);
    if (!monado) return;
    LivePillars plant{monado->folder()};
    ASSERT_TRUE(plant.publish("true")) << contentOf(plant.log());
    const fs::path mirror = monado->folder() / "mirror.png", log = monado->folder() / "visit.mcap";
    auto program = millwright(std::format("'{}' --live --record '{}' --scale 0.3 --json --mirror '{}'", monado->folder().string(),
                                          log.string(), mirror.string()),
                              monado->clientEnvironment());
    ASSERT_TRUE(program) << program.error().text();
    while (program->running() && !contentOf(complaints()).contains("feed 'broker' is live")) static_cast<void>(program->wait(0.05));
    // What the broker keeps comes with the subscription, a blink after the feed is live.
    static_cast<void>(program->wait(3));
    program->signal(SIGINT);
    ASSERT_EQ(program->wait(60), 130) << contentOf(complaints());
    const auto picture = readPng(mirror);
    ASSERT_TRUE(picture) << picture.error().text();
    if (const char* keep = std::getenv("MILLWRIGHT_KEEP_PICTURES"))
        fs::copy_file(mirror, fs::path{keep} / "live-mirror.png", fs::copy_options::overwrite_existing);
    EXPECT_GT(redIn(*picture), 0.01);
    const fs::path info = monado->folder() / "info";
    auto counted = ChildProcess::start({MILLWRIGHT_PROGRAM, "log", "info", log.string(), "--json"}, {}, info);
    ASSERT_TRUE(counted) << counted.error().text();
    ASSERT_EQ(counted->wait(60), 0) << contentOf(info);
    EXPECT_EQ(nlohmann::json::parse(contentOf(info))["samples"], 1) << contentOf(complaints());
}

TEST(XrCommandWithoutRuntime, SaysInOneLineWhatToInstall) {
    const fs::path folder = fs::temp_directory_path() / ("millwright-noruntime-" + std::to_string(getpid()));
    fs::create_directories(folder);
    const fs::path model = writePillars(folder);
    auto program =
        ChildProcess::start({MILLWRIGHT_PROGRAM, "xr", model.string()}, {"XR_RUNTIME_JSON=/nonexistent.json"}, folder / "log");
    ASSERT_TRUE(program) << program.error().text();
    EXPECT_EQ(program->wait(60), 2);
    const std::string said = contentOf(folder / "log");
    EXPECT_THAT(said, HasSubstr("millwright: error: "));
    EXPECT_THAT(said, HasSubstr("XR_RUNTIME_JSON"));
    EXPECT_EQ(std::ranges::count(said, '\n'), 1) << said;
    fs::remove_all(folder);
}

} // namespace
} // namespace millwright::testing
