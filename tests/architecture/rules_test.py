#!/usr/bin/env python3
"""The architecture rules must fail on what they forbid: each case breaks one rule in a small made-up repository."""
import tempfile
import unittest
from pathlib import Path

import rules


class RulesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.write("src/core/CMakeLists.txt", "millwright_module(core)")
        self.write("src/plant/CMakeLists.txt", "millwright_module(plant PUBLIC core)")
        self.write("src/twin/CMakeLists.txt", "millwright_module(twin PUBLIC core plant)")
        self.write("include/millwright/plant/plant.hpp", "#include <millwright/core/time.hpp>\n#include <glm/glm.hpp>\n#include <vector>\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def problems(self):
        return rules.check(self.root)[0]

    def test_a_good_tree_passes(self):
        self.assertEqual(self.problems(), [])

    def test_upward_include(self):
        self.write("src/plant/load.cpp", "#include <millwright/twin/frame.hpp>\n")
        self.assertIn("plant does not link twin", self.problems()[0])

    def test_upward_link(self):
        self.write("src/plant/CMakeLists.txt", "millwright_module(plant PUBLIC core twin)")
        self.write("src/plant/load.cpp", "#include <millwright/twin/frame.hpp>\n")
        self.assertIn("level 3 is not below level 1", self.problems()[0])

    def test_private_header_of_another_module(self):
        self.write("src/twin/twin.cpp", "#include <plant/keys.hpp>\n")
        self.assertIn("a private header of another module", self.problems()[0])

    def test_third_party_in_a_public_header(self):
        self.write("include/millwright/plant/load.hpp", "#include <toml++/toml.hpp>\n")
        self.assertIn("third-party", self.problems()[0])

    def test_vulkan_only_in_native(self):
        self.write("src/gpu/CMakeLists.txt", "millwright_module(gpu PUBLIC core)")
        self.write("include/millwright/gpu/native.hpp", "#include <vulkan/vulkan.h>\n")
        self.assertEqual(self.problems(), [])
        self.write("include/millwright/gpu/device.hpp", "#include <vulkan/vulkan.h>\n")
        self.assertIn("third-party", self.problems()[0])

    def test_a_name_for_two_types(self):
        one = "namespace millwright::plant {\nstruct Signal {\n    int unit;\n};\n}\n"
        self.write("include/millwright/plant/signal.hpp", one)
        self.write("src/plant/hidden.cpp", "namespace millwright::plant {\nnamespace {\nstruct Signal {\n};\n}\n}\n")
        self.write("src/twin/signal.hpp", one.replace("::plant", "::twin"))
        self.assertEqual(self.problems(), [])
        self.write("src/plant/keys.hpp", one)
        self.assertEqual(self.problems(), [
            "millwright::plant::Signal is defined more than once: include/millwright/plant/signal.hpp, src/plant/keys.hpp"])

    def test_too_long_a_file(self):
        self.write("src/plant/load.cpp", "\n" * 1001)
        self.assertIn("more than 1000", self.problems()[0])
        self.write("src/plant/load.cpp", "\n" * 601)
        self.assertEqual(rules.check(self.root), ([], ["src/plant/load.cpp has 601 lines"]))


if __name__ == "__main__":
    unittest.main()
