import { notFound } from 'next/navigation'
import { requireUser } from '../../../auth/current-user.ts'
import { conversationOf, turnsOf } from '../../../data/conversations.ts'
import { Chat } from '../../../forms/chat.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { NeedsScript } from '../../../ui/needs-script.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Assistant' }

export default async function AssistantPage() {
  const user = await requireUser()
  const conversation = conversationOf(user.id)
  if (!conversation) notFound()
  return (
    <Page title="Assistant" lead="It answers as a model streams. It has no rights of its own: what it needs it asks you for, once at a time, and it never gets more than you have. What it says passes the inner door on its way to you: a payment key is planted in its instructions, so try to get it out.">
      <NeedsScript>The conversation needs JavaScript.</NeedsScript>
      <Chat conversationId={conversation.id} earlier={turnsOf(conversation.id)} mayAskForPrices={user.role === 'manager'} />
      <LastChecked userId={user.id} actions={['assistant.reply', 'order.lookUp', ...(user.role === 'manager' ? ['price.change'] : [])]} each />
    </Page>
  )
}
