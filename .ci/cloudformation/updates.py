"""Updates of a stack: what they publish at Lambda, and what they do to the gateway's stage."""

import re

import http_api
from cases import OTHER, OWN_POOL, THIRD, given
from gateway import settings
from lambda_versions import Lambda, functions
from sources import ROOT
from template import Deployment, Refused


def raised(files):
    """SETTINGS_REVISION raised, as operations.md says."""

    def edit(files):
        files.template["Globals"]["Function"]["Environment"]["Variables"]["SETTINGS_REVISION"] += "0"

    return files.edited(edit)


def check_parameters(files):
    """Updates each parameter, to another value and back, alone and among others. Lambda refuses none. Raised together
    with it, SETTINGS_REVISION leaves no alias behind. Returns the parameters that need that."""
    need, files_raised = set(), raised(files)
    for others in ({}, OWN_POOL, OTHER):
        for parameter in files.template["Parameters"]:
            with_it = others | given(parameter)
            without_it = {name: value for name, value in with_it.items() if name != parameter}
            changed = {parameter: THIRD[parameter]} if parameter in THIRD else {}
            try:
                one, two = (Deployment(files, parameters) for parameters in (with_it, without_it | changed))
            except Refused:
                continue  # a rule of the template demands this parameter
            for before, after in ((one, two), (two, one)):
                if Lambda(before).update(after):
                    need.add(parameter)
                if left := Lambda(before).update(Deployment(files_raised, after.given)):
                    raise Refused(f"{parameter}: {left} keep the old settings with a raised SETTINGS_REVISION")
    return need


def check_runbook(need):
    """operations.md lists these parameters, and says that all that begin with `Reset` are among them."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    listed = re.search(r"a parameter changes that functions use:(.*?)\.", text, re.DOTALL)
    named = set(re.findall("`(\\w+)`", listed[1] if listed else ""))
    if named != {"Reset" if name.startswith("Reset") else name for name in need}:
        raise AssertionError(f"operations.md names {sorted(named)} for SETTINGS_REVISION; needed for {sorted(need)}")


def check_edits(files):
    """Edits of the template that change no code. Returns those that need a raised SETTINGS_REVISION."""
    before = Deployment(files, {})
    need = set()
    for name, edit in EDITS.items():
        edited = files.edited(edit)
        if Lambda(before).update(Deployment(edited, {})):
            need.add(name)
        if left := Lambda(before).update(Deployment(raised(edited), {})):
            raise Refused(f"{name}: {left} keep the old settings with a raised SETTINGS_REVISION")
    for other, code in ((raised(files), "1"), (files, "2")):
        after = Deployment(other, {}, code)
        same = [name for name, function in functions(after).items() if function == functions(before)[name]]
        if Lambda(before).update(after) or same:
            raise Refused("New code, or a raised SETTINGS_REVISION, does not reach every function")
    return need


def tag(files):
    files.template["Globals"]["Function"].setdefault("Tags", {})["team"] = "capacity"


def describe(files):
    files.template["Resources"]["GetStatusFunction"]["Properties"]["Description"] = "Another description"


def reserve(files):
    files.template["Globals"]["Function"]["ReservedConcurrentExecutions"] = 5


def extend_timeout(files):
    files.template["Globals"]["Function"]["Timeout"] = 12


EDITS = {"a tag": tag, "a description": describe, "reserved concurrency": reserve, "a timeout": extend_timeout}


def second_try(files, files_again):
    """An update that fails after it has published versions, and is tried again after the roll-back: Lambda still has
    these versions, and publishes none for the same code and configuration."""
    before = Deployment(files, {})
    functions_of_stack = Lambda(before)
    functions_of_stack.update(Deployment(files, {}, "2"))
    functions_of_stack.roll_back(before)
    functions_of_stack.update(Deployment(files_again, {}, "2"))


def update_gateway(before, after):
    """One update of the stack that changes routes and throttles."""
    apis = [http_api.HttpApi(one.properties("Api")["Body"], fail_on_warnings=True) for one in (before, after)]
    http_api.Stage(apis[0], settings(before)).update(apis[1], settings(after))
