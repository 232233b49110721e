import io
import zipfile
from datetime import date

import pytest

from directory.feed import Gone, ImportFault
from tests.directory.importers.nppes.layouts import DEACTIVATED, as_text
from tests.directory.importers.nppes.reading import pack, read
from tests.directory.making import an_npi

TITLE = "NPPES Deactivated Records as of Nov 09 2026"
ROWS = [[an_npi(1), "10/10/2026"], [an_npi(2), "01/02/2019"], ["1234567890", "01/02/2019"]]
GONE = [Gone(an_npi(1), date(2026, 10, 10))]


def sheet(rows, inline=False):
    """An Excel file, as small as it can be."""
    strings, lines = [], []
    for at, row in enumerate(rows, 1):
        cells = []
        for letter, value in zip("AB", row, strict=False):
            if inline:
                cells.append(f'<c r="{letter}{at}" t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                cells.append(f'<c r="{letter}{at}" t="s"><v>{len(strings)}</v></c>')
                strings.append(f"<si><t>{value}</t></si>")
        lines.append(f'<row r="{at}">{"".join(cells)}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts = {
        "xl/workbook.xml": f"<workbook {space}/>",
        "xl/worksheets/sheet1.xml": (
            f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        ),
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst {space}>{''.join(strings)}</sst>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def check(path):
    given = read(path, known={an_npi(1)})
    assert given.gone == GONE
    assert given.left_out == {"of_nobody_listed": 1}
    assert given.reasons == {"bad_npi": 1}
    assert given.rows == 3


def test_the_list_retires_those_who_are_known(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(as_text(ROWS, DEACTIVATED))

    check(path)


def test_a_title_above_the_header_is_passed_over(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"{TITLE},\n" + as_text(ROWS, DEACTIVATED))

    check(path)


@pytest.mark.parametrize("inline", [True, False], ids=["inline", "shared"])
def test_the_excel_file_is_read_as_cms_publishes_it(tmp_path, inline):
    name = "NPPES Deactivated NPI Report 20261109.xlsx"
    content = sheet([[TITLE], DEACTIVATED, *ROWS], inline)

    (tmp_path / name).write_bytes(content)
    check(tmp_path / name)
    check(pack(tmp_path / "NPPES_Deactivated_NPI_Report_110926.zip", {name: content}))


def test_a_day_that_is_none_is_no_end(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(as_text([[an_npi(1), "soon"]], DEACTIVATED))

    given = read(path, known={an_npi(1)})

    assert (given.gone, given.reasons) == ([], {"no_date": 1})


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": ""},
        {"xl/workbook.xml": "", "xl/worksheets/sheet1.xml": "<worksheet><sheetData><row>"},
        {
            "xl/workbook.xml": "",
            "xl/worksheets/sheet1.xml": (
                '<worksheet><sheetData><row><c t="s"><v>9</v></c></row></sheetData></worksheet>'
            ),
        },
        {"xl/workbook.xml": "", "xl/worksheets/sheet1.xml": "<a/>", "xl/sharedStrings.xml": "?"},
    ],
    ids=["no sheet", "cut", "no such string", "no XML"],
)
def test_a_broken_excel_file_is_one_clear_fault(tmp_path, parts):
    path = pack(tmp_path / "list.xlsx", parts)

    with pytest.raises(ImportFault, match=r"list\.xlsx"):
        read(path)
