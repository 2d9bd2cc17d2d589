namespace Marketplace.Escrow;

/// <summary>Why the contract skips a statement or a ticket, by its numbers (settlement 2.5, 2.8).</summary>
public enum SkipReason : byte
{
    /// <summary>
    /// The budget is not open; its throughJob or spent are not the statement's; the ticket is dead or its leg was paid.
    /// </summary>
    Stale = 1,

    /// <summary>The budget's expiry and grace are past.</summary>
    TooLate = 2,

    /// <summary>The session key did not sign these bytes.</summary>
    Signature = 3,

    /// <summary>Nothing is paid, the cap is exceeded, or the fee is too high.</summary>
    Amounts = 4,

    /// <summary>The lines are malformed, or a provider does not exist.</summary>
    Lines = 5,

    /// <summary>Whoever co-signed is not the consent of the budget's operator.</summary>
    NoConsent = 6,
}
