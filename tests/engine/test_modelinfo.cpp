// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "modelinfo.h"

using colorize::Error, colorize::ModelInfo;

static const std::string good = R"([modelinfo]
version=1.0
group-id=example

[tensor in]
id=example-in
type=float32
dims=-1,1,-1,-1
dir=input
ranges=0,100

[ab]
id=example-ab
type=float32
dims=-1,2,-1,-1
dir=output
ranges=-128,128;-110,110

[colorize]
input=lightness
output=ab
)";

static ModelInfo parse(const std::string& text, const std::filesystem::path& folder = "/nowhere") {
  return ModelInfo::parse(text, "example.onnx.modelinfo", folder);
}

/// `good` with one piece of text replaced.
static std::string with(const std::string& old_text, const std::string& new_text, std::string text = good) {
  const auto at = text.find(old_text);
  if (at == std::string::npos) g_error("'%s' is not in the sidecar", old_text.c_str());
  return text.replace(at, old_text.size(), new_text);
}

static void test_a_sidecar_is_understood_and_what_it_leaves_out_has_defaults() {
  const ModelInfo info = parse(good);
  g_assert_cmpuint(info.inputs.size(), ==, 1);
  g_assert_cmpstr(info.inputs[0].name.c_str(), ==, "tensor in");
  g_assert_true(info.inputs[0].dims == std::vector<int>({-1, 1, -1, -1}));
  g_assert_cmpstr(info.output.name.c_str(), ==, "ab");
  g_assert_cmpint(info.output.channels(), ==, 2);
  g_assert_cmpuint(info.output.ranges.size(), ==, 2);
  g_assert_cmpfloat(info.output.ranges[1].low, ==, -110);
  g_assert_cmpfloat(info.output.ranges[1].high, ==, 110);
  g_assert_true(info.input == ModelInfo::Input::lightness && info.hints == ModelInfo::HintInput::none);
  g_assert_true(info.output_kind == ModelInfo::Output::ab);
  g_assert_cmpint(info.size, ==, 256);
  g_assert_cmpint(info.multiple, ==, 1);
  g_assert_false(info.fixed_size().has_value());
  g_assert_true(info.name.empty() && info.summary.empty() && info.licence.empty() && info.source.empty());
}

static void test_everything_that_can_be_said_is_kept() {
  const TemporaryFolder folder;
  const ModelInfo info = ModelInfo::parse(R"([modelinfo]
version=1.0
group-id=full

[gray]
id=full-gray
group-id=full
dims-order=row-major
type=float32
dims=1, 3, 96, 128
dir=input
ranges=0,255

[bins]
id=full-bins
type=float32
dims=1,313,24,32
dir=output

[colorize]
input=gray-rgb
hints=none
output=ab-distribution
size=128
multiple=32
centres=hull.npy
temperature=0.38
mean=123.5, 116, 103
deviation=58, 57.5, 57
name=Full
summary=Says everything
licence=LGPL-2.1-or-later
source=here
)",
                                          "full.onnx.modelinfo", folder.path);
  g_assert_true(info.input == ModelInfo::Input::gray_rgb && info.output_kind == ModelInfo::Output::ab_distribution);
  g_assert_cmpuint(info.inputs[0].ranges.size(), ==, 3);  // one pair is said for all channels
  g_assert_cmpfloat(info.inputs[0].ranges[2].high, ==, 255);
  g_assert_true(info.fixed_size() == (std::array{128, 96}));  // width, height
  g_assert_cmpint(info.size, ==, 128);
  g_assert_cmpint(info.multiple, ==, 32);
  g_assert_true(info.centres && info.centres->filename() == "hull.npy" &&
                std::filesystem::equivalent(info.centres->parent_path(), folder.path));
  g_assert_cmpfloat(info.temperature, ==, 0.38);
  g_assert_true(info.mean == (std::array{123.5F, 116.0F, 103.0F}) &&
                info.deviation == (std::array{58.0F, 57.5F, 57.0F}));
  g_assert_cmpstr(info.name.c_str(), ==, "Full");
  g_assert_cmpstr(info.summary.c_str(), ==, "Says everything");
  g_assert_cmpstr(info.licence.c_str(), ==, "LGPL-2.1-or-later");
  g_assert_cmpstr(info.source.c_str(), ==, "here");
}

static void test_numbers_mean_the_same_in_every_language() {
  const ModelInfo info = parse(with("ranges=0,100", "ranges=-0.5,0.5"));
  g_assert_cmpfloat(info.inputs[0].ranges[0].low, ==, -0.5F);
}

static void test_every_fault_is_named_with_file_group_and_key() {
  const std::string two_inputs =
      with("[ab]\nid=example-ab\ntype=float32\ndims=-1,2,-1,-1\ndir=output\nranges=-128,128;-110,110\n",
           "[hints]\nid=h\ntype=float32\ndims=-1,3,-1,-1\ndir=input\n\n[ab]\nid=a\ntype=float32\n"
           "dims=-1,2,-1,-1\ndir=output\n");
  const std::string distribution = with("output=ab\n", "output=ab-distribution\n");
  const struct {
    const char* what;
    std::string text;
    std::vector<std::string> words;
  } cases[] = {
      {"nothing", "", {"[modelinfo]", "missing"}},
      {"no INI file", "{\"version\": 1}", {"not a modelinfo file"}},
      {"not text", std::string("\xff\xfe\0\1\2", 5), {"not a modelinfo file"}},
      {"no version", with("version=1.0\n", ""), {"[modelinfo]", "version", "missing"}},
      {"another version", with("version=1.0", "version=1.1"), {"[modelinfo]", "version", "1.1", "1.0"}},
      {"key of the first group", with("group-id=example", "group=example"), {"[modelinfo]", "group", "spelling"}},
      {"key of a tensor", with("ranges=0,100", "range=0,100"), {"[tensor in]", "range", "spelling"}},
      {"key of ours", with("input=lightness", "input=lightness\nsise=3"), {"[colorize]", "sise", "spelling"}},
      {"no direction", with("dir=input\n", ""), {"[tensor in]", "dir", "missing"}},
      {"direction", with("dir=input", "dir=in"), {"[tensor in]", "dir", "'in'", "input, output"}},
      {"no id", with("id=example-in\n", ""), {"[tensor in]", "id", "missing"}},
      {"type", with("type=float32", "type=uint8"), {"[tensor in]", "type", "uint8", "float32"}},
      {"no dims", with("dims=-1,1,-1,-1\n", ""), {"[tensor in]", "dims", "missing"}},
      {"three dims", with("dims=-1,1,-1,-1", "dims=1,-1,-1"), {"[tensor in]", "dims", "channels"}},
      {"any channels", with("dims=-1,1,-1,-1", "dims=-1,-1,-1,-1"), {"[tensor in]", "dims", "channels"}},
      {"zero side", with("dims=-1,1,-1,-1", "dims=-1,1,0,-1"), {"[tensor in]", "dims", "'0'"}},
      {"side of letters", with("dims=-1,1,-1,-1", "dims=-1,1,h,w"), {"[tensor in]", "dims", "'h'"}},
      {"trailing letters", with("dims=-1,1,-1,-1", "dims=-1,1px,-1,-1"), {"[tensor in]", "dims", "1px"}},
      {"half a range", with("ranges=0,100", "ranges=0"), {"[tensor in]", "ranges", "pair"}},
      {"empty range", with("ranges=0,100", "ranges=3,3"), {"[tensor in]", "ranges", "empty"}},
      {"range of letters", with("ranges=0,100", "ranges=0,x"), {"[tensor in]", "ranges", "'x'"}},
      {"infinite range", with("ranges=0,100", "ranges=0,inf"), {"[tensor in]", "ranges", "inf"}},
      {"range of no number", with("ranges=0,100", "ranges=nan,1"), {"[tensor in]", "ranges", "nan"}},
      {"ranges for three", with("-128,128;-110,110", "0,1;0,1;0,1"), {"[ab]", "ranges", "3", "2"}},
      {"no group of ours", with("[colorize]\ninput=lightness\noutput=ab\n", ""), {"[colorize]", "missing"}},
      {"no input", with("input=lightness\n", ""), {"[colorize]", "input", "missing"}},
      {"no output", with("output=ab\n", ""), {"[colorize]", "output", "missing"}},
      {"input", with("input=lightness", "input=luma"), {"[colorize]", "input", "luma", "lightness"}},
      {"output", with("output=ab\n", "output=uv\n"), {"[colorize]", "output", "uv", "ab-distribution"}},
      {"hints", with("output=ab\n", "output=ab\nhints=dots\n"), {"[colorize]", "hints", "dots", "planes"}},
      {"channels of input", with("input=lightness", "input=gray-rgb"), {"[colorize]", "input", "3", "[tensor in]"}},
      {"channels of hints",
       with("output=ab\n", "output=ab\nhints=planes\n"),
       {"[colorize]", "input", "4", "[tensor in]"}},
      {"channels of output", with("output=ab\n", "output=rgb\n"), {"[colorize]", "output", "3", "[ab]"}},
      {"no mask tensor", with("output=ab\n", "output=ab\nhints=mask\n"), {"[colorize]", "hints", "three", "1"}},
      {"a second input", two_inputs, {"[colorize]", "hints", "one", "2"}},
      {"no output tensor", with("dir=output", "dir=input"), {"[colorize]"}},
      {"size of words", with("output=ab\n", "output=ab\nsize=large\n"), {"[colorize]", "size", "large"}},
      {"size of nothing", with("output=ab\n", "output=ab\nsize=0\n"), {"[colorize]", "size", "'0'"}},
      {"half a pixel", with("output=ab\n", "output=ab\nsize=64.5\n"), {"[colorize]", "size", "64.5"}},
      {"multiple of nothing", with("output=ab\n", "output=ab\nmultiple=0\n"), {"[colorize]", "multiple"}},
      {"multiple that does not fit",
       with("output=ab\n", "output=ab\nmultiple=32\n", with("-1,1,-1,-1", "1,1,100,64")),
       {"[colorize]", "multiple", "100"}},
      {"no centres", distribution, {"[colorize]", "centres", "missing"}},
      {"no temperature", distribution + "centres=c.npy\n", {"[colorize]", "temperature", "missing"}},
      {"cold", distribution + "centres=c.npy\ntemperature=0\n", {"[colorize]", "temperature", "greater than 0"}},
      {"centres elsewhere",
       distribution + "centres=../c.npy\ntemperature=1\n",
       {"[colorize]", "centres", "../c.npy", "beside"}},
      {"centres at the root", distribution + "centres=/c.npy\ntemperature=1\n", {"[colorize]", "centres", "/c.npy"}},
      {"centres in a folder of like name",
       distribution + "centres=../nowhere-else/c.npy\ntemperature=1\n",
       {"[colorize]", "centres"}},
      {"two means",
       with("input=lightness", "input=gray-rgb\nmean=1,2", with("-1,1,-1,-1", "-1,3,-1,-1")),
       {"[colorize]", "mean", "three"}},
      {"no deviation",
       with("input=lightness", "input=gray-rgb\ndeviation=1,0,1", with("-1,1,-1,-1", "-1,3,-1,-1")),
       {"[colorize]", "deviation", "greater than 0"}},
      {"mean of a network that takes lightness",
       with("output=ab\n", "output=ab\nmean=1,2,3\n"),
       {"[colorize]", "mean"}},
      {"centres of a network that gives ab",
       with("output=ab\n", "output=ab\ncentres=c.npy\n"),
       {"[colorize]", "centres"}},
  };
  for (auto c : cases) {
    c.words.push_back("example.onnx.modelinfo");
    expect_error([&] { parse(c.text); }, Error::Kind::settings, c.words, c.what);
  }
}

/// A link beside the sidecar that leads out of its folder leaves it too.
static void test_a_link_out_of_the_folder_is_refused() {
  const TemporaryFolder folder;
  folder.write("outside.npy", "");
  folder.write("networks/inside.npy", "");
  std::filesystem::create_symlink(folder.path / "outside.npy", folder.path / "networks/link.npy");
  const std::string text = with("output=ab\n", "output=ab-distribution\ntemperature=1\ncentres=");
  const auto where = folder.path / "networks";
  g_assert_true(ModelInfo::parse(text + "inside.npy\n", "o", where).centres.has_value());
  g_assert_true(ModelInfo::parse(text + "./inside.npy\n", "o", where).centres.has_value());
  expect_error([&] { ModelInfo::parse(text + "link.npy\n", "o", where); }, Error::Kind::settings, {"link.npy"},
               "a link");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/modelinfo/a-sidecar-is-understood-and-what-it-leaves-out-has-defaults",
                  test_a_sidecar_is_understood_and_what_it_leaves_out_has_defaults);
  g_test_add_func("/modelinfo/everything-that-can-be-said-is-kept", test_everything_that_can_be_said_is_kept);
  g_test_add_func("/modelinfo/numbers-mean-the-same-in-every-language", test_numbers_mean_the_same_in_every_language);
  g_test_add_func("/modelinfo/every-fault-is-named-with-file-group-and-key",
                  test_every_fault_is_named_with_file_group_and_key);
  g_test_add_func("/modelinfo/a-link-out-of-the-folder-is-refused", test_a_link_out_of_the_folder_is_refused);
  return g_test_run();
}
