"""Contrast, colour blindness and distance of colours, for the tests of the themes.

Contrast: WCAG 2.1. Colour blindness: the matrices of Machado, Oliveira and Fernandes (2009) at full severity, on linear
RGB. Distance: CIE76 in CIELAB (D65); 2.3 is just noticeable, 10 is another colour at a glance, side by side.
"""

from __future__ import annotations

Rgb = tuple[int, int, int]
Linear = tuple[float, float, float]

_BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def rgb(text: str) -> Rgb:
    """`#5fafff`."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def linear(colour: Rgb) -> Linear:
    """Without the gamma of sRGB."""
    red, green, blue = (c / 255 for c in colour)
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def luminance(colour: Rgb) -> float:
    """Relative luminance, 0 to 1."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """1 (the same) to 21 (black and white)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def seen_with(kind: str, colour: Rgb) -> Linear:
    """The linear colour as it is seen with a colour blindness; `none` is full colour vision."""
    parts = linear(colour)
    if kind == "none":
        return parts
    red, green, blue = (
        min(max(sum(factor * part for factor, part in zip(row, parts, strict=True)), 0.0), 1.0)
        for row in _BLINDNESS[kind]
    )
    return red, green, blue


def distance(kind: str, one: Rgb, other: Rgb) -> float:
    """How different two colours look."""
    pairs = zip(_lab(seen_with(kind, one)), _lab(seen_with(kind, other)), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def _lab(colour: Linear) -> Linear:
    red, green, blue = colour
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
