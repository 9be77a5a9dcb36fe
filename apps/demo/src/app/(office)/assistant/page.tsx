import { notFound } from 'next/navigation'
import { requireUser } from '../../../auth/current-user.ts'
import { conversationOf, turnsOf } from '../../../data/conversations.ts'
import { Chat } from '../../../forms/chat.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Assistant' }

export default async function AssistantPage() {
  const user = await requireUser()
  const conversation = conversationOf(user.id)
  if (!conversation) notFound()
  return (
    <Page title="Assistant" lead="It answers as a model streams, and looks into the order book with your rights. What it says passes the inner door on its way to you: a payment key is planted in its instructions, so try to get it out.">
      <Chat conversationId={conversation.id} earlier={turnsOf(conversation.id)} />
      <LastChecked userId={user.id} actions={['assistant.reply', 'order.lookUp']} each />
    </Page>
  )
}
