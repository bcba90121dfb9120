"""Drives the page of the profiles service in a headless Chromium, as the two owners.

    python3 examples/axum-profiles/page.py [--binary PATH] [--screenshots DIR]

Where there is no Chromium, it says so and does nothing; with the variable `CI` set, it fails.
"""

import argparse
import base64
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import browser as web
import lib

SSN, OTHER_SSN = "219-09-9999", "457-55-5462"
KEY, BOBS_KEY = "CANARY-key-of-ada-0001", "CANARY-key-of-bob-0002"
CANARIES = [SSN, OTHER_SSN, KEY, BOBS_KEY, "CANARY"]
ADA = "/profiles/user-ada"

DOM = "document.documentElement.outerHTML"
SIGNED_IN = "!document.querySelector('#work').hidden && document.querySelector('#sign-in').hidden"
SIGNED_OUT = "document.querySelector('#work').hidden && !document.querySelector('#sign-in').hidden"
# What reaches over the right edge of the window; nothing may.
TOO_WIDE = """[...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5)
    .map((e) => e.tagName + '#' + e.id).concat(document.documentElement.scrollWidth > innerWidth ? ['page'] : [])"""
# Controls that a screen reader could not name.
NAMELESS = """[...document.querySelectorAll('input, button')]
    .filter((e) => !(e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent).trim()).map((e) => e.outerHTML)"""


def page(service, browser, screenshots):
    check, ada = service.check, service.as_("ada")
    origin = "https://{}:{}".format(*service.https)
    said = []

    def outcome(*parts):
        """Whether the last save ends in this."""
        return browser.wait(f"{json.dumps(list(parts))}.every((part) => document.querySelector('#outcome').innerText.includes(part))")

    def logged(before, target, level):
        """The events of this target and level since; at least one is waited for, since a thread reads the log."""
        until = time.monotonic() + web.WAIT
        while True:
            found = [event for event in service.events(target)[before:] if event.get("level") == level]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.02)

    def leaked():
        return lib.leaks(browser.value(DOM), CANARIES)

    def picture(name):
        if screenshots:
            browser.screenshot(screenshots / f"{name}.png")

    browser.size(1280, 860)
    browser.scheme("light")
    browser.go(origin + "/")
    check("the page is there, and nobody is signed in", browser.wait(SIGNED_OUT) and browser.text("h1") != "", browser.text("body"))
    picture("sign-in-light")

    # Signing in and creating a profile, with the keyboard alone.
    check("the tabulator reaches the sign-in of Ada", browser.tab_to("[data-owner=ada]"))
    outline = browser.value("getComputedStyle(document.activeElement).outlineStyle")
    check("where it is, is to be seen", outline == "solid", outline)
    browser.press(web.ENTER)
    check("the enter key signs in", browser.wait(SIGNED_IN), browser.text("body"))
    check("as Ada", browser.text("#who-name") == "Ada" and browser.text("#edit-title") == "Ada’s profile")
    check("there is no profile yet", "404" in browser.text("#record-request") and browser.text("#stored") == "No item.", browser.text("#work"))
    check("Bob is denied it all the same", browser.text("#other").count("403") == 2 == browser.text("#other").count("access denied"), browser.text("#other"))
    absent = browser.text("#other")
    check("the tabulator reaches the form", browser.tab_to("#displayName"))
    browser.press("Ada Lovelace" + web.TAB + SSN + web.TAB + KEY + web.ENTER)
    check("the enter key creates the profile", outcome("POST /profiles", "201"), browser.text("#outcome"))

    # Side by side: the record, the stored item, what another owner gets.
    record = browser.text("#record").split()
    check("the record says of secrets that they are set", record.count("set") == 2 and "Lovelace" in record and "user-ada" in record, record)
    shown = browser.value("[...document.querySelectorAll('#stored tbody tr')].map((row) => [row.className, ...[...row.querySelectorAll('code')].map((e) => e.innerText)])")
    stored = {name: (kind, value, protection) for protection, name, kind, value in shown}
    item = json.loads(service.stored("profiles"))["Items"][0]
    check("the stored item has each attribute", sorted(stored) == sorted(item) == ["_dc", "apiKey", "displayName", "ssn", "userId", "version"], stored)
    for name in ("ssn", "apiKey", "_dc"):
        raw = base64.b64decode(item[name]["B"]).hex()
        kind, value, protection = stored[name]
        sealed = "header" if name == "_dc" else "sealed"
        check(f"{name} is what the table has: binary, marked", kind == "B" and protection == sealed and value == raw[:32] + "…", stored[name])
    clear = {name: stored[name][2] for name in ("userId", "displayName", "version")}
    check("what is in the clear is shown so", clear == {"userId": "bound", "displayName": "clear", "version": "clear"} and stored["displayName"][1] == "Ada Lovelace", clear)
    check("Bob is denied it, with the same answer as before there was one", browser.text("#other") == absent, browser.text("#other"))
    check("the page has no secret, nor do its fields", not leaked() and browser.value("ssn.value + apiKey.value") == "", leaked())
    browser.run("document.activeElement.blur();")
    picture("light")
    browser.scheme("dark")
    picture("dark")
    browser.scheme("light")

    # Revealing, which is audited.
    before = len(service.events(lib.AUDIT))
    browser.click("#reveal")
    check("the key is revealed to its owner", browser.wait("document.querySelector('#revealed')") and browser.text("#revealed") == KEY, browser.text("#record"))
    events = logged(before, lib.AUDIT, "INFO")
    check("one audit event, under the request that the page names", len(events) == 1 and events[0]["span"]["id"] in browser.text("#record"), events)
    check("the number is not", not lib.leaks(browser.value(DOM), [SSN]))
    picture("revealed")
    browser.click("#hide")
    check("hidden, it is in the page no more", not leaked() and browser.value("document.activeElement.id") == "reveal", leaked())

    # Editing: what is wrong is said by field; what is right is saved at the version that was read.
    browser.type("#displayName", "")
    browser.type("#ssn", "CANARY-no-number")
    browser.click("#save")
    check("what is not valid is refused", outcome("400"), browser.text("#outcome"))
    errors = {name: browser.text(f"#{name}-error") for name in ("displayName", "ssn", "apiKey")}
    check("by field", errors["displayName"].startswith("It must") and errors["ssn"].startswith("It must") and not errors["apiKey"], errors)
    check("the first of them has the focus", browser.value("document.activeElement.id + document.activeElement.getAttribute('aria-invalid')") == "displayNametrue")
    check("and nothing that was typed is repeated", not leaked(), leaked())
    picture("refused")
    browser.type("#displayName", "Ada L.")
    browser.type("#ssn", OTHER_SSN)
    browser.type("#apiKey", KEY)
    browser.click("#save")
    check("all of it replaces the profile", outcome('PUT /profiles/user-ada If-Match: "1"', "204"), browser.text("#outcome"))
    check("the faults are gone", browser.value("document.querySelectorAll('[aria-invalid]').length") == 0)
    ssn = browser.value("[...document.querySelectorAll('#stored tr.sealed td.value code')].pop().innerText")
    check("the number is another ciphertext now", ssn != stored["ssn"][1], ssn)
    browser.type("#displayName", "Ada Lovelace")
    browser.click("#save")
    check("without the secrets, the rest is changed", outcome('PATCH /profiles/user-ada If-Match: "2"', "204"), browser.text("#outcome"))

    # An update that another one overtook.
    answer = ada.patch(ADA, {"displayName": "Ada, elsewhere"}, headers={"if-match": '"3"'})
    service.expect("another client is first", answer, 204)
    browser.type("#displayName", "Ada, too late")
    browser.click("#save")
    check("a lost update is shown", outcome('If-Match: "3"', "409", "It changed since it was read"), browser.text("#outcome"))
    check("and changed nothing", ada.get(ADA).json["displayName"] == "Ada, elsewhere")
    picture("lost-update")
    browser.click("#again")
    check("reading again shows what is there", browser.wait("displayName.value === 'Ada, elsewhere'"), browser.text("#edit"))

    # Whoever can write to the table changes one bit.
    before = len(service.events())
    browser.click("#tamper")
    check("what was changed in the table does not open", browser.wait("document.querySelector('#record-request').innerText.includes('500')"), browser.text("#work"))
    check("nothing of it is given out", "does not open" in browser.text("#record") and "elsewhere" not in browser.text("#record"), browser.text("#record"))
    kinds = [event.get("kind") for event in logged(before, None, "ERROR")]
    check("the log says why, by kind", kinds == ["Decrypt"], kinds)
    picture("tampered")
    browser.click("#tamper")
    check("changed back, it opens", browser.wait("document.querySelector('#record-request').innerText.includes('200')") and "elsewhere" in browser.text("#record"), browser.text("#work"))

    # A name that is markup stays a name.
    browser.type("#displayName", "<img src=x onerror=refused.push(1)>")
    browser.click("#save")
    check("a name that is markup is saved", outcome("204"), browser.text("#outcome"))
    check("and is text", "<img src=x" in browser.text("#record") and browser.value("document.querySelectorAll('main img').length") == 0)

    # Narrow, and in the dark.
    for width in (375, 320):
        browser.size(width, 812, mobile=True)
        check(f"{width} pixels are wide enough", browser.value("innerWidth") == width and browser.value(TOO_WIDE) == [], browser.value(TOO_WIDE))
    browser.size(375, 812, mobile=True)
    picture("narrow-light")
    browser.scheme("dark")
    picture("narrow-dark")
    check("each control has a name", browser.value(NAMELESS) == [], browser.value(NAMELESS))
    check("one heading is first", browser.value("document.querySelectorAll('h1').length") == 1 and browser.value("document.documentElement.lang") == "en")

    # Nothing keeps the session.
    kept = "[document.cookie, localStorage.length, sessionStorage.length]"
    check("no cookie, no storage", browser.value(kept) == ["", 0, 0], browser.value(kept))
    browser.reload()
    check("reloading loses the session", browser.wait(SIGNED_OUT) and browser.text("#record") == "", browser.text("body"))
    check("nothing is too wide there", browser.value(TOO_WIDE) == [], browser.value(TOO_WIDE))
    picture("narrow-sign-in-dark")
    browser.size(1280, 860)
    browser.scheme("light")

    # The other owner, by mouse.
    browser.click("[data-owner=bob]")
    check("Bob signs in", browser.wait(SIGNED_IN) and browser.text("#who-name") == "Bob")
    check("and sees nothing of Ada's", "onerror" not in browser.value(DOM) and "404" in browser.text("#record-request"), browser.text("#work"))
    for name, text in (("displayName", "Bob"), ("ssn", SSN), ("apiKey", BOBS_KEY)):
        browser.type(f"#{name}", text)
    browser.click("#save")
    check("Bob creates his own", outcome("201"), browser.text("#outcome"))
    check("which Ada is denied", browser.text("#other-title") == "What Ada gets" and browser.text("#other") == absent.replace("user-ada", "user-bob"), browser.text("#other"))
    browser.click("#sign-out")
    check("signing out empties the page", browser.wait(SIGNED_OUT) and "user-bob" not in browser.value(DOM))

    # What the browser noted.
    said += browser.log("browser")
    noted = [entry["message"] for entry in said]
    check("the console has no canary", not lib.leaks("\n".join(noted), CANARIES))
    check("it has nothing but the refusals that were meant", all("Failed to load resource" in text and any(f"status of {code}" in text for code in (400, 403, 404, 409, 500)) for text in noted), noted)
    check("the policy had nothing to refuse", browser.value("window.refused") == [], browser.value("window.refused"))
    events = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    check(f"{len(asked)} requests, all to this service", len(asked) > 20 and all(url.startswith(origin + "/") for url in asked), [url for url in asked if not url.startswith(origin + "/")])
    check("no address has a secret or a token", not lib.leaks("\n".join(asked), [*CANARIES, "eyJ"]))

    # The policy does refuse: what is inline, what is from elsewhere, text that would become markup.
    inline = "const e = document.createElement('script'); e.append('window.ran = true'); document.body.append(e);"
    kept = browser.run(f"try {{ {inline} }} catch {{}} return window.ran === undefined;")
    check("an inline script does not run", kept and browser.wait("window.refused.length > 0"), browser.value("window.refused"))
    made = browser.run("try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch (error) { return error.name; }")
    check("text does not become markup", made == "TypeError", made)
    away = browser.run("return fetch('https://127.0.0.1:1/').then(() => 'sent', () => 'refused');")
    check("nothing is sent elsewhere", away == "refused" and browser.wait("window.refused.some((text) => text.startsWith('connect-src'))"), browser.value("window.refused"))

    check("the log has no token, of the page's either", "eyJ" not in service.log)


def main():
    parser = argparse.ArgumentParser(description="Drives the page of the profiles service in a headless Chromium.")
    parser.add_argument("--screenshots", type=pathlib.Path, metavar="DIR", help="where pictures of the page are put")
    options, sys.argv[1:] = parser.parse_known_args()
    why = web.missing()
    if why:
        print(f"skipped: {why}")
        if os.environ.get("CI"):
            print("FAIL  with CI set, the page must be tested\n\n0 passed, 1 failed")
            sys.exit(1)
        print("\n0 passed, 0 failed, 1 skipped")
        return
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)

    def checks(service):
        with web.Browser() as browser:
            page(service, browser, options.screenshots)

    lib.run("example-axum-profiles", checks, CANARIES)


if __name__ == "__main__":
    main()
