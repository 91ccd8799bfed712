// What a merchant's Node program does with the official SDK: only the base
// URL differs. It exits with an error when an answer is not as documented.
import assert from "node:assert/strict";
import DodoPayments from "dodopayments";

const client = new DodoPayments({ bearerToken: process.env.KEY, baseURL: process.env.API, maxRetries: 0 });

const product = await client.products.create({
  name: "Atlas Basic",
  tax_category: "saas",
  price: {
    type: "recurring_price", currency: "JPY", price: 1200, discount: 0, purchasing_power_parity: false,
    payment_frequency_count: 1, payment_frequency_interval: "Month",
    subscription_period_count: 10, subscription_period_interval: "Year",
  },
});
assert.match(product.product_id, /^pdt_/);
assert.equal(product.price.price, 1200);

const customer = await client.customers.create({ email: "lin@example.com", name: "Lin", metadata: { seats: 3, vip: true } });
assert.deepEqual((await client.customers.retrieve(customer.customer_id)).metadata, { seats: 3, vip: true });

const sub = await client.subscriptions.create({
  product_id: product.product_id, quantity: 1, payment_link: true,
  billing: { country: "JP" }, customer: { customer_id: customer.customer_id },
});
assert.ok(sub.payment_link && sub.payment_id && sub.client_secret);
assert.equal((await client.subscriptions.retrieve(sub.subscription_id)).status, "pending");

const session = await client.customers.customerPortal.create(customer.customer_id);
assert.match(session.link, /\/session\//);

const seen = new Set();
for await (const one of client.customers.list({ page_number: 0, page_size: 1 })) seen.add(one.customer_id);
assert.ok(seen.has(customer.customer_id));

await assert.rejects(client.customers.retrieve("cus_none"), (error) => error.status === 404 && error.error.code === "NOT_FOUND");
await assert.rejects(
  new DodoPayments({ bearerToken: "sk_test_wrong", baseURL: process.env.API, maxRetries: 0 }).customers.list(),
  DodoPayments.AuthenticationError,
);
console.log("the Node SDK is content");
