namespace Marketplace.Matching;

/// <summary>One account: whose it is and where its money is, in micro-tokens.</summary>
internal struct Purse
{
    public uint OwnerGroup;
    public uint Domain;
    public long Free;
    public long Held;
    public long InEscrow;
    public long Paid;
    public long Fees;

    public readonly Int128 Funded => (Int128)Free + Held + InEscrow + Paid + Fees;
}
