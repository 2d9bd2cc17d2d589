using System.Runtime.InteropServices;

namespace Marketplace.Matching;

/// <summary>128 yes-or-no properties of an order.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly record struct AttributeMask(ulong Low, ulong High)
{
    /// <summary>Whether everything set here is set in <paramref name="other"/> too.</summary>
    public bool IsWithin(AttributeMask other) => (Low & ~other.Low | High & ~other.High) == 0;
}
