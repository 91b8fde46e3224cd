// SPDX-License-Identifier: LGPL-2.1-or-later
#include "xmp.h"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "mark.h"
#include "owned.h"

// By a library for XML, since Exempi's for XMP writes the text for all languages in the place of another language's
// where a property has just these two.

namespace colorize::command {

namespace {

struct Namespace {
  const char *uri, *prefix;
};
constexpr Namespace rdf{"http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf"},
    dc{"http://purl.org/dc/elements/1.1/", "dc"}, xmp{"http://ns.adobe.com/xap/1.0/", "xmp"},
    media{"http://ns.adobe.com/xap/1.0/mm/", "xmpMM"},
    event{"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#", "stEvt"}, tiff{"http://ns.adobe.com/tiff/1.0/", "tiff"},
    iptc{"http://iptc.org/std/Iptc4xmpExt/2008-02-29/", "Iptc4xmpExt"},
    note{"http://ns.adobe.com/xmp/note/", "xmpNote"};

constexpr const char* program = "colorize " COLORIZE_VERSION;
constexpr const char* no_packet =
    "<?xpacket begin='\xEF\xBB\xBF' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta><?xpacket end='w'?>";

const xmlChar* x(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
const xmlChar* x(const std::string& text) { return x(text.c_str()); }

/// Of a string of libxml2's, which is given away.
std::string taken(xmlChar* text) {
  const std::unique_ptr<xmlChar, xmlFreeFunc> owner(text, xmlFree);
  return text ? reinterpret_cast<const char*>(text) : "";
}

std::string trimmed(const std::string& text) {
  constexpr const char* space = " \t\r\n";
  const std::size_t first = text.find_first_not_of(space);
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(space) + 1 - first);
}

bool is(const xmlNode* node, const Namespace& ns, const char* name) {
  return node->type == XML_ELEMENT_NODE && node->ns && xmlStrEqual(node->ns->href, x(ns.uri)) &&
         xmlStrEqual(node->name, x(name));
}

xmlNode* child(xmlNode* parent, const Namespace& ns, const char* name) {
  for (xmlNode* node = parent ? parent->children : nullptr; node; node = node->next)
    if (is(node, ns, name)) return node;
  return nullptr;
}

/// The namespace as it is to be used at `node`.
xmlNs* declared(xmlNode* node, const Namespace& ns) {
  xmlNs* const found = xmlSearchNsByHref(node->doc, node, x(ns.uri));
  return found && found->prefix ? found : xmlNewNs(node, x(ns.uri), x(ns.prefix));
}

xmlNode* add(xmlNode* parent, const Namespace& ns, const char* name, const char* text = nullptr) {
  return xmlNewTextChild(parent, declared(parent, ns), x(name), text ? x(text) : nullptr);
}

/// A packet as XML, and the element in it whose children describe the picture.
struct XmpPacket {
  std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document;
  xmlNode* description = nullptr;

  explicit XmpPacket(const std::string& text) : document(nullptr, xmlFreeDoc) {
    const std::size_t size = text.find_last_not_of('\0') + 1;  // some programs fill up with these
    constexpr int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    document.reset(xmlReadMemory(text.data(), static_cast<int>(size), nullptr, nullptr, options));
    xmlNode* const root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (root) description = is(root, rdf, "RDF") ? root : child(root, rdf, "RDF");
  }

  std::string text() const {
    std::string result;
    for (xmlNode* node = document->children; node; node = node->next) {
      const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> buffer(xmlBufferCreate(), xmlBufferFree);
      xmlNodeDump(buffer.get(), document.get(), node, 0, 0);
      result +=
          (result.empty() ? "" : "\n") + std::string(reinterpret_cast<const char*>(xmlBufferContent(buffer.get())));
    }
    return result;
  }

  /// A further description of the same picture: each has a property of its own.
  xmlNode* describe() const {
    xmlNode* const before = child(description, rdf, "Description");
    const std::string about = before ? taken(xmlGetNsProp(before, x("about"), x(rdf.uri))) : "";
    xmlNode* const node = add(description, rdf, "Description");
    xmlNewNsProp(node, declared(node, rdf), x("about"), x(about));
    return node;
  }

  /// A property that is an element, or null.
  xmlNode* element(const Namespace& ns, const char* name) const {
    for (xmlNode* node = description->children; node; node = node->next)
      if (xmlNode* const found = is(node, rdf, "Description") ? child(node, ns, name) : nullptr) return found;
    return nullptr;
  }

  /// Takes a simple property out, in whatever form (ISO 16684-1, 7.4 to 7.9). Returns what it says.
  std::string take(const Namespace& ns, const char* name) const {
    std::string value;
    for (xmlNode* node = description->children; node; node = node->next) {
      if (!is(node, rdf, "Description")) continue;
      if (xmlAttr* const attribute = xmlHasNsProp(node, x(name), x(ns.uri))) {
        value += taken(xmlGetNsProp(node, x(name), x(ns.uri)));
        xmlRemoveProp(attribute);
      }
      while (xmlNode* const found = child(node, ns, name)) {
        const std::string resource = taken(xmlGetNsProp(found, x("resource"), x(rdf.uri)));
        value += resource.empty() ? taken(xmlNodeGetContent(found)) : resource;
        xmlUnlinkNode(found);
        xmlFreeNode(found);
      }
    }
    return trimmed(value);
  }
};

/// Adds to xmpMM:History what was done. Returns false where that is no list.
bool remember(const XmpPacket& packet, const std::string& what) {
  xmlNode* history = packet.element(media, "History");
  if (!history) {
    history = add(packet.describe(), media, "History");
    add(history, rdf, "Seq");
  }
  xmlNode* const list = child(history, rdf, "Seq");
  if (!list) return false;
  xmlNode* const item = add(list, rdf, "li");
  xmlNewNsProp(item, declared(item, rdf), x("parseType"), x("Resource"));
  add(item, event, "action", "edited");
  add(item, event, "softwareAgent", program);
  add(item, event, "parameters", what.c_str());
  return true;
}

/// Gives dc:description a text for all languages where it has none.
void tell_people(const XmpPacket& packet) {
  constexpr const char *name = "description", *all = "x-default";
  xmlNode* const old = packet.element(dc, name);
  xmlNode* texts = child(old, rdf, "Alt");
  if (!texts) {
    if (const std::string plain = packet.take(dc, name); !plain.empty()) {
      add(packet.describe(), dc, name, plain.c_str());
      return;
    }
    texts = add(add(packet.describe(), dc, name), rdf, "Alt");
  }
  const auto language = [](xmlNode* text) { return taken(xmlGetNsProp(text, x("lang"), XML_XML_NAMESPACE)); };
  xmlNode* text = texts->children;
  while (text && !(is(text, rdf, "li") && language(text) == all)) text = text->next;
  if (text && !trimmed(taken(xmlNodeGetContent(text))).empty()) return;
  if (text) {
    xmlUnlinkNode(text);
    xmlFreeNode(text);
  }
  text = add(texts, rdf, "li", mark_sentence);
  xmlNodeSetLang(text, x(all));
  if (texts->children != text) xmlAddPrevSibling(texts->children, text);  // readers take the first
}

/// What machines have to find, beside what is replaced by nothing.
struct Replaced {
  const Namespace& ns;
  const char *name, *value;
};
constexpr Replaced replaced[] = {{iptc, "DigitalSourceType", mark_source_type},
                                 {iptc, "DigitalSourcefileType", nullptr},  // as IPTC called it at first
                                 {xmp, "CreatorTool", program}};

bool mark(const XmpPacket& packet) {
  std::string before;
  for (const auto& [ns, name, value] : replaced)
    if (const std::string old = packet.take(ns, name); !old.empty())
      before += (before.empty() ? "; before: " : ", ") + std::string(ns.prefix) + ":" + name + " " + old;
  xmlNode* const description = packet.describe();
  for (const auto& [ns, name, value] : replaced)
    if (value) add(description, ns, name, value);
  tell_people(packet);
  return remember(packet, "colours predicted by a neural network" + before);
}

}  // namespace

std::optional<std::string> revised_xmp(const std::string& packet, bool turned, bool coloured) {
  if (packet.empty() && !coloured) return packet;
  const XmpPacket parsed(packet.empty() ? no_packet : packet);
  if (!parsed.description) return std::nullopt;
  const bool lies = turned && !parsed.take(tiff, "Orientation").empty();
  if (lies) add(parsed.describe(), tiff, "Orientation", "1");
  if (coloured && !mark(parsed)) return std::nullopt;
  return lies || coloured ? parsed.text() : packet;
}

std::optional<SplitXmp> split_xmp(const std::string& packet) {
  const XmpPacket first(no_packet), rest(packet);
  if (!rest.description || !rest.take(note, "HasExtendedXMP").empty()) return std::nullopt;
  xmlNode* const description = first.describe();
  for (const auto& [ns, name, value] : replaced)
    if (const std::string text = rest.take(ns, name); !text.empty()) add(description, ns, name, text.c_str());
  SplitXmp split;
  split.rest = rest.text();
  const Owned<gchar> digest(
      g_compute_checksum_for_string(G_CHECKSUM_MD5, split.rest.data(), static_cast<gssize>(split.rest.size())));
  split.digest = digest.get();
  std::ranges::transform(split.digest, split.digest.begin(), g_ascii_toupper);
  add(description, note, "HasExtendedXMP", split.digest.c_str());
  split.first = first.text();
  return split;
}

}  // namespace colorize::command
